import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { type RawClient, rawClient } from '@protectmyapi/dev-kit/raw-client'
import { until } from '@protectmyapi/dev-kit/until'
import { fixedMaterial } from '../test/fixed-material.js'
import { APP_TOKEN, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { serve, startUpstream, type Upstream } from '../test/start-upstream.js'

const HEAD = `POST /v1/p/up/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\n`
/** Far shorter than in production, so that every wait here ends. */
const BOUNDS = { lookForSlowEveryMs: 20, lingerMs: 20 } as const

let upstream: Upstream
let proxy: ProxyUnderTest

beforeEach(async () => {
  upstream = await startUpstream((_received, response) => response.end('ok'))
  proxy = await startProxy(upstream.port, { bounds: { ...BOUNDS, headMs: 400 } })
})

afterEach(async () => {
  await proxy.close()
  await upstream.close()
})

const client = ({ port }: { readonly port: number } = proxy, localAddress = '127.0.0.1'): RawClient =>
  rawClient({ port, localAddress })

/** Sends a byte at a time, for as long as the connection lasts. */
function dribble({ socket }: RawClient, bytes: string): void {
  let at = 0
  const timer = setInterval(() => {
    if (at < bytes.length && socket.writable) socket.write(bytes[at++] ?? '')
  }, 10)
  socket.on('close', () => clearInterval(timer))
}

const LATE = /^HTTP\/1\.1 400 INVALID_REQUEST\r\n.*did not arrive in time/s

describe('a client that takes its time', () => {
  it('is answered with 400 and cut off when it sends nothing', async () => {
    expect(await client().closed).toMatch(LATE)
  })

  it('is answered with 400 and cut off while it sends its head, and nothing is asked or sent on', async () => {
    const slow = client()
    dribble(slow, `${HEAD}X-A: ${'a'.repeat(1_000)}`)
    expect(await slow.closed).toMatch(LATE)
    expect([proxy.plane.asked, upstream.received]).toEqual([[], []])
  })

  it.each([
    ['with a length', `${HEAD}Content-Length: 100\r\n\r\n`],
    ['that is long', `${HEAD}Content-Length: 100000\r\n\r\n`],
    ['in chunks', `${HEAD}Transfer-Encoding: chunked\r\n\r\n3e8\r\n`],
  ])(
    'is answered with 400 and cut off while it sends a body %s, of which the provider never has the whole',
    async (_how, head) => {
      const strict = await startProxy(upstream.port, { bounds: { ...BOUNDS, headMs: 400, requestMs: 800 } })
      const slow = client(strict)
      slow.socket.write(head)
      dribble(slow, 'a'.repeat(1_000))
      expect(await slow.closed).toMatch(LATE)
      expect(upstream.received).toEqual([])
      await until(() => (strict.plane.recorded.every(({ ends }) => ends.length === 1) ? true : undefined))
      await strict.close()
    },
  )

  it('is cut off without a second answer when it does not complete the head of its next request', async () => {
    const slow = client()
    slow.socket.write(`${HEAD}\r\n`)
    await until(() => (upstream.received.length === 1 ? true : undefined))
    slow.socket.write('POST /v1/')
    // The first answer has been sent. What follows is incomplete and gets none.
    expect((await slow.closed).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200'])
  })
})

it('a connection beyond the bound is closed unanswered, and a new one is served after others have ended', async () => {
  const few = await startProxy(upstream.port, { bounds: { connectionsMax: 4 } })
  const within = Array.from({ length: 4 }, () => client(few))
  await Promise.all(within.map(({ socket }) => new Promise((resolve) => socket.on('connect', resolve))))
  within[0]?.socket.write(`${HEAD}\r\n`)
  await until(() => upstream.received[0])
  const beyond = client(few)
  beyond.socket.write(`${HEAD}\r\n`)
  expect(await beyond.closed).toBe('')
  expect(upstream.received).toHaveLength(1)
  for (const { socket } of within) socket.destroy()
  const next = await until(() => few.send('GET', '/v1/p/up/x').catch(() => undefined))
  expect(next.status).toBe(200)
  await few.close()
})

// Only Linux has all of 127.0.0.0/8 without configuration.
const describeWithAddresses = process.platform === 'linux' ? describe : describe.skip
describeWithAddresses('a flood of connections from one address', () => {
  it('does not keep another address from being served', async () => {
    const told: string[] = []
    const crowdedOut = (who: string, source: string | null): void => void told.push(`${who} ${source}`)
    const few = await startProxy(upstream.port, { bounds: { connectionsMax: 8 }, crowdedOut })
    const flood = Array.from({ length: 16 }, () => client(few, '127.0.0.2'))
    // The ones beyond the bound.
    await Promise.all(flood.slice(8).map(({ closed }) => closed))
    for (let count = 1; count <= 3; count += 1) {
      const other = client(few)
      other.socket.write(`${HEAD}Connection: close\r\n\r\n`)
      expect(await other.closed).toMatch(/^HTTP\/1\.1 200 /)
    }
    expect(upstream.received).toHaveLength(3)
    for (const { socket } of flood) socket.destroy()
    await few.close()
    expect(told.slice(0, 9)).toEqual([...Array(8).fill('newcomer 127.0.0.2'), 'largest 127.0.0.2'])
  })

  it.each(['http', 'https'])('has none of its connections closed that wait for an answer, over %s', async (scheme) => {
    const answers: (() => void)[] = []
    const provider = await serve((_request, response) => answers.push(() => response.end('late')))
    const issued = scheme === 'https' ? await (await createAuthority()).issue({ dnsNames: ['x'] }) : null
    const certificate = issued && fixedMaterial(issued)
    const two = await startProxy(provider.port, { certificate, bounds: { connectionsMax: 2 } })
    const waiting = [1, 2].map(() => {
      const socket = connect({ port: two.port, host: '127.0.0.1', localAddress: '127.0.0.2' })
      const asking = certificate ? connectTls({ socket, rejectUnauthorized: false }) : socket
      asking.on('error', () => {}).write(`${HEAD}Connection: close\r\n\r\n`)
      return new Promise((resolve) => asking.once('data', (chunk) => resolve(String(chunk))))
    })
    await until(() => answers[1])
    expect(await client(two).closed).toBe('')
    for (const answer of answers) answer()
    for (const answer of await Promise.all(waiting)) expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    await two.close()
    await provider.close()
  })
})
