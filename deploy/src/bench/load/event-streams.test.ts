import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { runEvents } from './event-streams.js'
import type { LoadResult } from './jobs.js'

const STREAMS = 5

/** Long enough for any machine: a job that this ends did not end as it should. */
const NEVER_MS = 60_000

const closeAtEnd = closeAfterEach()

describe('the load of open streams', () => {
  it('counts the streams that were open at once, and holds all of them', async () => {
    const { answers, others, delaysMs } = await streamsOf((_, answer) => sendEvent(answer), 1)
    expect({ answers, others }).toEqual({ answers: STREAMS, others: {} })
    expect(delaysMs).toHaveLength(STREAMS)
  })

  it('ends when a stream ends early, and counts that one as failed', async () => {
    let asked = 0
    const { answers, others } = await streamsOf((_, answer) => {
      sendEvent(answer)
      asked += 1
      if (asked === STREAMS) answer.end()
    }, NEVER_MS)
    expect(others).toEqual({ 0: 1 })
    expect(answers).toBe(STREAMS - 1)
  })
})

function sendEvent(answer: ServerResponse): void {
  answer.writeHead(200, { 'content-type': 'text/event-stream' })
  answer.write(`data: {"sentNs":${process.hrtime.bigint()}}\n\n`)
}

async function streamsOf(listener: RequestListener, heldMs: number): Promise<LoadResult> {
  // Only the last chunk marks the end of a stream; the connection stays open.
  const server = createServer({ keepAliveTimeout: 0 }, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeAtEnd(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const { port } = server.address() as AddressInfo
  const shot = { port, head: 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', bodyBytes: 0 }
  return runEvents({ kind: 'events', shot, streams: STREAMS, opening: 1, openMsMax: NEVER_MS, heldMs })
}
