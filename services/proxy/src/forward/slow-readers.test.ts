import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { APP_TOKEN, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { startUpstream, type Upstream } from '../test/start-upstream.js'

const PIECE = Buffer.alloc(64 * 1024, ' ')
/** Far shorter than in production. */
const SLOW_MS = 500
/**
 * What sockets on this machine hold, on both sides, together with what the proxy and its libraries hold. An endless
 * answer exceeds it at once.
 */
const HELD_BYTES_MAX = 32 * 1024 * 1024

let upstream: Upstream
let proxy: ProxyUnderTest
let given: number
let closed: boolean

/** An endless answer, as fast as it is read. */
function pour(response: ServerResponse): void {
  const endless = new Readable({
    read() {
      given += PIECE.length
      this.push(PIECE)
    },
  })
  response.on('close', () => {
    closed = true
    endless.destroy()
  })
  endless.pipe(response)
}

beforeEach(async () => {
  given = 0
  closed = false
  upstream = await startUpstream((_received, response) => pour(response))
  proxy = await startProxy(upstream.port, { forwarding: { slowReaderMs: SLOW_MS } })
})
afterEach(async () => {
  await proxy.close()
  await upstream.close()
})

function ask() {
  const socket = connect(proxy.port, '127.0.0.1', () => {
    socket.write(`GET /v1/p/up/x HTTP/1.1\r\nHost: x\r\nx-api-key: ${APP_TOKEN}\r\n\r\n`)
  })
  socket.on('error', () => {})
  return socket
}

describe('a client that reads nothing', () => {
  it('costs bounded memory, and after a while its answer is aborted and the provider’s connection closed', async () => {
    const socket = ask()
    socket.pause()
    await until(() => closed || undefined, 20_000)
    expect(given).toBeLessThan(HELD_BYTES_MAX)
    await until(() => proxy.plane.recorded[0]?.ends[0], 5_000)
    expect(proxy.plane.recorded[0]?.ends).toMatchObject([{ finished: { status: 200, aborted: true } }])
    socket.destroy()
  }, 30_000)
})
