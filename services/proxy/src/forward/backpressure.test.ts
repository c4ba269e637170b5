import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { until } from '@protectmyapi/dev-kit/until'
import { createScrubber } from '../scrub/scrubber.js'
import { Exchange } from '../server/exchange.js'
import { serve } from '../test/start-upstream.js'
import { Forwarding } from './forwarding.js'

/** As large as one socket read, so that a single one fills Node's buffer for the client. */
const CHUNK = Buffer.alloc(64 * 1024, ' ')
/** What the sockets of one connection on this machine hold, on both sides. */
const SOCKETS_BYTES_MAX = 32 * 1024 * 1024

const atEnd = closeAfterEach()

let client: Socket
let exchange: Exchange
let forwarding: Forwarding
let resumes: number

/** An answer to a client that the test runs itself; the test also plays the provider's side. */
beforeEach(async () => {
  const clock = manualClock()
  let asked: Exchange | undefined
  const server = await serve((incoming, outgoing) => {
    const about = { sourceAddress: '127.0.0.1', clientOrigin: () => null, isShared: () => false, waits: false }
    asked = new Exchange({ incoming, outgoing, clock, ...about })
  })
  client = connect(server.port, '127.0.0.1')
  atEnd(server.close, () => client.destroy())
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  exchange = await until(() => asked)
  forwarding = new Forwarding({
    exchange,
    clock,
    scrubber: createScrubber({ secrets: [], basics: [], scrub: true }),
    injects: false,
    scrub: true,
    closeIsAnEnd: true,
    back: { target: { origin: 'http://x', baseUrl: new URL('http://x/') }, path: '/', prefix: '', origin: () => null },
    leaveConnection: () => {},
    sentBytes: () => 0,
    slowReaderMs: 60_000,
  })
  resumes = 0
  forwarding.onConnect(() => {})
  forwarding.onHeaders(200, [], () => {
    resumes += 1
  })
  await nextTurn()
})

describe('a provider', () => {
  it('is not paused while the client reads, even if each chunk fills the client’s buffer', async () => {
    client.resume()
    for (let sent = 0; sent < 32; sent += 1) {
      expect(forwarding.onData(CHUNK)).toBe(true)
      await nextTurn()
    }
    expect(resumes).toBe(0)
  })

  it('is paused at the first chunk that has to wait for the client, and resumed once the client has read', async () => {
    client.pause()
    let given = 0
    while (forwarding.onData(CHUNK)) {
      given += CHUNK.length
      expect([exchange.outgoing.writableLength, given < SOCKETS_BYTES_MAX]).toEqual([0, true])
      await nextTurn()
    }
    expect(exchange.outgoing.writableLength).toBeGreaterThan(0)
    // The chunk, and its frame.
    expect(exchange.outgoing.writableLength).toBeLessThan(CHUNK.length + 16)
    expect(resumes).toBe(0)
    client.resume()
    await until(() => resumes > 0 || undefined)
    expect([resumes, exchange.outgoing.writableLength]).toEqual([1, 0])
  })
})
