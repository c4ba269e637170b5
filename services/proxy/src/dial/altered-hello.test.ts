import { type AddressInfo, connect, createServer as createTcp, type Server } from 'node:net'
import { createServer } from 'node:tls'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority, type Issued } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { asFault } from '@protectmyapi/service-kit/faults'
import { createDialler, type Dial } from './dialler.js'

/** RFC 6520, which the dialler never offers: mode "peer allowed to send". */
const HEARTBEAT = Buffer.from('000f000101', 'hex')
const RECORD_HEAD = 5
const MESSAGE_HEAD = 4

let certificate: Issued
let dial: Dial
beforeAll(async () => {
  const authority = await createAuthority()
  certificate = await authority.issue({ dnsNames: ['provider.example'] })
  dial = createDialler({
    exempt: privateUpstreams(['provider.example']),
    extraCaPem: authority.certPem,
    resolveName: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  })
})

const atEnd = closeAfterEach()

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** An honest provider that speaks TLS 1.2, and an attacker on the way who alters its first packet. */
async function behind(alter: (flight: Buffer) => Buffer): Promise<{ url: URL; secured: () => number }> {
  let secured = 0
  const provider = createServer(
    { cert: certificate.certPem, key: certificate.keyPem, maxVersion: 'TLSv1.2' },
    (socket) => {
      secured += 1
      socket.on('error', () => {})
    },
  )
  provider.on('tlsClientError', () => {})
  const port = await listening(provider)
  const way = createTcp((near) => {
    const far = connect(port, '127.0.0.1')
    near.on('error', () => {}).once('close', () => far.destroy())
    near.pipe(far)
    far.on('error', () => near.destroy())
    far.once('data', (flight) => {
      near.write(alter(flight))
      far.pipe(near)
    })
    atEnd(() => near.destroy())
  })
  return { url: new URL(`https://provider.example:${await listening(way)}`), secured: () => secured }
}

/** The ServerHello is the first message of the first record (RFC 5246 §§ 6.2.1, 7.4.1.3). */
function withHeartbeat(flight: Buffer): Buffer {
  const hello = Buffer.from(flight.subarray(0, RECORD_HEAD + MESSAGE_HEAD + flight.readUIntBE(RECORD_HEAD + 1, 3)))
  const sessionId = RECORD_HEAD + MESSAGE_HEAD + 2 + 32
  const extensions = sessionId + 1 + hello.readUInt8(sessionId) + 2 + 1
  for (const at of [3, RECORD_HEAD + 2, extensions]) hello.writeUInt16BE(hello.readUInt16BE(at) + HEARTBEAT.length, at)
  return Buffer.concat([hello, HEARTBEAT, flight.subarray(hello.length)])
}

describe('a ServerHello of TLS 1.2 that passes through an attacker', () => {
  it('ends the handshake before a request if the attacker added an extension that was not asked for', async () => {
    const { url, secured } = await behind(withHeartbeat)
    // The socket is ended and not compared, because printing one never ends.
    const outcome = await dial(url).then(
      (socket) => socket.destroy() && 'connected',
      (err: unknown) => asFault(err).details.cause,
    )
    // The provider's alert: keys are derived from the whole handshake (RFC 7627), and the two sides saw different
    // hellos.
    expect(outcome).toMatchObject({ code: 'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC' })
    expect(secured()).toBe(0)
  })

  it('leads to a connection if it is passed on unaltered', async () => {
    const { url, secured } = await behind((flight) => flight)
    const socket = await dial(url)
    atEnd(() => socket.destroy())
    expect(secured()).toBe(1)
  })
})
