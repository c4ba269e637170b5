import type { AddressInfo } from 'node:net'
import { createServer, type SecureVersion, type Server, type TLSSocket, type TlsOptions } from 'node:tls'
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import {
  type Authority,
  createAuthority,
  type Issued,
  type IssueRequest,
} from '@protectmyapi/dev-kit/certificate-authority'
import { privateUpstreams } from '@protectmyapi/service-kit/upstream-url'
import { createDialler, type Dial } from './dialler.js'

const UNREACHABLE = expect.objectContaining({ code: 'UPSTREAM_UNREACHABLE' })
const DAY_MS = 86_400_000

let authority: Authority
let other: Authority
beforeAll(async () => {
  authority = await createAuthority()
  other = await createAuthority('Another CA')
})

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

interface Provider {
  readonly url: URL
  /** Bytes of requests that came through. */
  readonly heard: Buffer[]
  readonly secured: TLSSocket[]
}

/** A provider that counts what it hears; its address is the loopback’s, its name whatever the test dials. */
async function provider({ certPem, keyPem }: Issued, options: TlsOptions = {}): Promise<Provider> {
  const heard: Buffer[] = []
  const secured: TLSSocket[] = []
  const server: Server = createServer({ cert: certPem, key: keyPem, ...options }, (socket) => {
    secured.push(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => heard.push(bytes))
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    for (const socket of secured) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: new URL(`https://provider.example:${port}`), heard, secured }
}

/** Trusts the first authority beside the public ones. */
const dialler = (extraCaPem: string | undefined = authority.certPem): Dial =>
  createDialler({
    exempt: privateUpstreams(['provider.example', 'other.example', '127.0.0.1']),
    extraCaPem,
    resolveName: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  })

const issue = (request: IssueRequest = {}): Promise<Issued> =>
  authority.issue({ dnsNames: ['provider.example'], ...request })

async function dialled(dial: Dial, url: URL): Promise<TLSSocket> {
  const socket = (await dial(url)) as TLSSocket
  closers.push(() => socket.destroy())
  socket.on('error', () => {})
  return socket
}

describe('TLS with a provider', () => {
  it('verifies name and chain: the right ones connect, without a session to resume', async () => {
    const { url } = await provider(await issue())
    const socket = await dialled(dialler(), url)
    expect([socket.authorized, socket.isSessionReused(), socket.getProtocol()]).toEqual([true, false, 'TLSv1.3'])
  })

  it.each<[string, () => Promise<Issued>, string]>([
    ['another name', () => issue({ dnsNames: ['other.example'] }), 'provider.example'],
    ['a name in the subject alone', () => issue({ commonName: 'provider.example', dnsNames: [] }), 'provider.example'],
    ['the name of its parent', () => issue({ dnsNames: ['example'] }), 'provider.example'],
    ['a wildcard above its own label', () => issue({ dnsNames: ['*.example.com'] }), 'provider.example'],
    ['no address among its names', () => issue(), '127.0.0.1'],
    ['an address written as a name', () => issue({ dnsNames: ['127.0.0.1'] }), '127.0.0.1'],
    ['a life that has ended', () => issue({ notAfter: new Date(Date.now() - DAY_MS) }), 'provider.example'],
    ['a life that has not begun', () => issue({ notBefore: new Date(Date.now() + DAY_MS) }), 'provider.example'],
    ['an unknown issuer', () => other.issue({ dnsNames: ['provider.example'] }), 'provider.example'],
    ['itself for an issuer', () => createAuthority('provider.example'), 'provider.example'],
  ])('refuses a certificate with %s, before the request', async (_fault, certificate, host) => {
    const { url, heard } = await provider(await certificate())
    url.hostname = host
    await expect(dialler()(url)).rejects.toEqual(UNREACHABLE)
    expect(heard).toEqual([])
  })

  it('trusts a CA beside the public ones where the operator names it, and nowhere else', async () => {
    const { url } = await provider(await issue())
    await expect(
      createDialler({
        exempt: privateUpstreams(['provider.example']),
        resolveName: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
      })(url),
    ).rejects.toEqual(UNREACHABLE)
    expect((await dialled(dialler(), url)).authorized).toBe(true)
  })

  it.each<[SecureVersion, SecureVersion]>([
    ['TLSv1', 'TLSv1'],
    ['TLSv1', 'TLSv1.1'],
  ])('refuses a server that knows %s to %s alone', async (minVersion, maxVersion) => {
    const { url } = await provider(await issue(), { minVersion, maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' })
    await expect(dialler()(url)).rejects.toEqual(UNREACHABLE)
  })

  it.each<[SecureVersion]>([['TLSv1.2'], ['TLSv1.3']])('speaks %s where it is the best offered', async (maxVersion) => {
    const { url } = await provider(await issue(), { minVersion: 'TLSv1', maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' })
    expect((await dialled(dialler(), url)).getProtocol()).toBe(maxVersion)
  })

  it('never shakes hands a second time, however a server asks', async () => {
    const { url, secured } = await provider(await issue(), { maxVersion: 'TLSv1.2' })
    const socket = await dialled(dialler(), url)
    const first = socket.getFinished()
    const [peer] = secured
    if (!peer) throw new Error('no connection')
    const refused = new Promise<Error | null>((resolve) => {
      peer.once('error', resolve)
      peer.renegotiate({}, resolve)
    })
    socket.resume()
    expect(await refused).toMatchObject({ code: 'ERR_SSL_NO_RENEGOTIATION' })
    expect(socket.getFinished()).toEqual(first)
  })
})
