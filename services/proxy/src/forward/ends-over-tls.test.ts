import type { AddressInfo, Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { heldSecret, routeTo } from '../test/fake-data-plane.js'
import { KEY, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'

const REFUSED = { status: 502, code: 'UPSTREAM_UNREACHABLE' }

let proxy: ProxyUnderTest
let answer = ''
let heard = 0
let end = (_socket: TLSSocket, _below: Socket): void => {}
const closers: (() => void)[] = []

beforeAll(async () => {
  const authority = await createAuthority()
  const { certPem, keyPem } = await authority.issue({ ipAddresses: ['127.0.0.1'] })
  const below: Socket[] = []
  const provider = createServer({ cert: certPem, key: keyPem }, (socket) => {
    const [connection] = below.splice(0)
    if (!connection) throw new Error('no connection below')
    socket.on('error', () => {})
    socket.once('data', () => {
      heard += 1
      socket.write(answer, () => end(socket, connection))
    })
  })
  provider.on('connection', (connection) => below.push(connection))
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  closers.push(() => provider.close())
  const origin = `https://127.0.0.1:${(provider.address() as AddressInfo).port}`
  proxy = await startProxy(0, { exempt: ['127.0.0.1'], dialling: { extraCaPem: authority.certPem } })
  proxy.plane.routeOf.set('up', routeTo(origin))
  const bindings = { origins: [origin], placements: [{ kind: 'header', name: 'authorization' }] } as const
  proxy.plane.secrets.set('sec_1', heldSecret('sec_1', KEY, bindings))
})
afterAll(async () => {
  await proxy.close()
  for (const close of closers) close()
})

async function told(method: string): Promise<unknown> {
  const { status, body } = await proxy.send(method, '/v1/p/up/x')
  return status < 300 ? { status, body } : { status, code: JSON.parse(body).code }
}

/** `end` seals a closure alert; the other two omit it, as anybody on the way can. */
const ENDS: readonly [string, typeof end][] = [
  ['closed', (socket) => socket.end()],
  ['reset', (_socket, below) => below.resetAndDestroy()],
  ['destroyed', (socket) => socket.destroy()],
]

describe('an answer over TLS', () => {
  it.each(ENDS)('without length or chunks is refused with 502 when its connection is %s', async (_how, ended) => {
    end = ended
    heard = 0
    for (const head of ['HTTP/1.1 200 OK\r\nConnection: close', 'HTTP/1.0 200 OK']) {
      answer = `${head}\r\n\r\nthe first half`
      expect(await told('GET')).toEqual(REFUSED)
    }
    expect(heard).toBe(2)
  })

  it('passes when its connection closes if it has a length, chunks or no body', async () => {
    end = (socket) => socket.end()
    answer = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwhole'
    expect(await told('GET')).toEqual({ status: 200, body: 'whole' })
    answer = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nwhole\r\n0\r\n\r\n'
    expect(await told('GET')).toEqual({ status: 200, body: 'whole' })
    answer = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'
    expect(await told('HEAD')).toEqual({ status: 200, body: '' })
    answer = 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n'
    expect(await told('GET')).toEqual({ status: 204, body: '' })
  })

  it.each(ENDS)('that is shorter than it says is cut when its connection is %s', async (_how, ended) => {
    end = ended
    answer = 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nthe first half'
    await expect(told('GET')).rejects.toMatchObject({ code: 'ECONNRESET' })
    answer = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n'
    await expect(told('GET')).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})
