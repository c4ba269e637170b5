import { createServer as createTcpServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createAuthority } from '@protectmyapi/dev-kit/certificate-authority'
import { noPrivateUpstreams, privateUpstreams } from '@protectmyapi/service-kit/upstream-url'
import { createDialler } from './dialler.js'

const NOT_ALLOWED = expect.objectContaining({ code: 'DESTINATION_NOT_ALLOWED' })
const UNREACHABLE = expect.objectContaining({ code: 'UPSTREAM_UNREACHABLE' })
const servers = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})
async function listen(server) {
  servers.push(server)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server.address().port
}
/** A server that counts who knocks. */
async function counting() {
  let connections = 0
  const port = await listen(
    createTcpServer((socket) => {
      connections += 1
      socket.on('error', () => {})
    }),
  )
  return { port, connections: () => connections }
}
const at =
  (...addresses) =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))
describe('the dialler', () => {
  it.each([
    'https://127.0.0.1',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:7f00:1]',
    'https://10.0.0.1',
    'https://169.254.169.254',
    'https://100.64.0.1',
    'https://224.0.0.1',
    'https://0.0.0.0',
    'https://[fd00::1]',
    'https://[fe80::1]',
    'https://[64:ff9b::7f00:1]',
    'https://localhost',
    'https://vault.default.svc.cluster.local',
    'https://metadata.google.internal',
    'https://intranet',
    'http://api.example.com',
    // The URL parser makes 127.0.0.1 of all of these.
    'https://2130706433',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://127.1',
  ])('never connects to %s', async (origin) => {
    let asked = 0
    const dial = createDialler({
      exempt: noPrivateUpstreams,
      resolveName: () => {
        asked += 1
        return Promise.resolve([])
      },
    })
    await expect(dial(new URL(origin))).rejects.toEqual(NOT_ALLOWED)
    expect(asked).toBe(0)
  })
  it.each([
    ['127.0.0.1'],
    ['10.0.0.8'],
    ['::ffff:127.0.0.1'],
    ['fd00::1'],
    ['169.254.169.254'],
    ['8.8.8.8', '127.0.0.1'],
  ])('refuses a public name that resolves to %s', async (...addresses) => {
    const { port, connections } = await counting()
    const dial = createDialler({ exempt: noPrivateUpstreams, resolveName: at(...addresses) })
    await expect(dial(new URL(`https://api.example.com:${port}`))).rejects.toEqual(NOT_ALLOWED)
    expect(connections()).toBe(0)
  })
  it('connects to the address that was checked, and asks once: a second answer is never used', async () => {
    const { port } = await counting()
    let asked = 0
    const dial = createDialler({
      exempt: privateUpstreams([`provider.example:${port}`]),
      resolveName: () => {
        asked += 1
        return at(asked === 1 ? '127.0.0.1' : '169.254.169.254')()
      },
    })
    const socket = await dial(new URL(`http://provider.example:${port}`))
    expect(socket.remoteAddress).toBe('127.0.0.1')
    expect(asked).toBe(1)
    socket.destroy()
  })
  it('connects to an exempt host alone, port and all', async () => {
    const { port } = await counting()
    const dial = createDialler({ exempt: privateUpstreams([`127.0.0.1:${port}`]) })
    const socket = await dial(new URL(`http://127.0.0.1:${port}`))
    socket.destroy()
    await expect(dial(new URL(`http://127.0.0.1:${port + 1}`))).rejects.toEqual(NOT_ALLOWED)
    await expect(dial(new URL(`http://localhost:${port}`))).rejects.toEqual(NOT_ALLOWED)
  })
  it('never connects to a metadata service, even where it is exempt', async () => {
    expect(privateUpstreams(['169.254.169.254']).size).toBe(0)
    const dial = createDialler({
      exempt: privateUpstreams(['imds.example', '[::ffff:a9fe:a9fe]']),
      resolveName: at('169.254.169.254'),
    })
    await expect(dial(new URL('http://imds.example'))).rejects.toEqual(NOT_ALLOWED)
    await expect(dial(new URL('http://[::ffff:169.254.169.254]'))).rejects.toEqual(NOT_ALLOWED)
  })
  it('tells a name that does not resolve, and a port that is closed, from what it refuses', async () => {
    const dial = createDialler({
      exempt: privateUpstreams(['nowhere.example', '127.0.0.1']),
      resolveName: () => Promise.reject(new Error('ENOTFOUND')),
    })
    await expect(dial(new URL('http://nowhere.example'))).rejects.toEqual(UNREACHABLE)
    const server = createTcpServer()
    const port = await listen(server)
    await new Promise((resolve) => server.close(resolve))
    await expect(dial(new URL(`http://127.0.0.1:${port}`))).rejects.toEqual(UNREACHABLE)
  })
})
describe('the dialler’s TLS', () => {
  it('trusts the extra CA for the right name alone', async () => {
    const authority = await createAuthority()
    const { certPem, keyPem } = await authority.issue({ dnsNames: ['provider.example'] })
    const port = await listen(createTlsServer({ cert: certPem, key: keyPem }, (socket) => socket.on('error', () => {})))
    const exempt = privateUpstreams(['provider.example', 'other.example', '127.0.0.1'])
    const trusting = createDialler({ exempt, extraCaPem: authority.certPem, resolveName: at('127.0.0.1') })
    const socket = await trusting(new URL(`https://provider.example:${port}`))
    socket.destroy()
    await expect(trusting(new URL(`https://other.example:${port}`))).rejects.toEqual(UNREACHABLE)
    await expect(trusting(new URL(`https://127.0.0.1:${port}`))).rejects.toEqual(UNREACHABLE)
    await expect(
      createDialler({ exempt, resolveName: at('127.0.0.1') })(new URL(`https://provider.example:${port}`)),
    ).rejects.toEqual(UNREACHABLE)
  })
  it('refuses a server that knows TLS 1.1 alone', async () => {
    const authority = await createAuthority()
    const { certPem, keyPem } = await authority.issue({ dnsNames: ['provider.example'] })
    const old = createTlsServer({
      cert: certPem,
      key: keyPem,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    old.on('tlsClientError', () => {})
    const port = await listen(old)
    const dial = createDialler({
      exempt: privateUpstreams(['provider.example']),
      extraCaPem: authority.certPem,
      resolveName: at('127.0.0.1'),
    })
    await expect(dial(new URL(`https://provider.example:${port}`))).rejects.toEqual(UNREACHABLE)
  })
})
//# sourceMappingURL=dialler.test.js.map
