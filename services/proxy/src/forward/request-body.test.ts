import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { takeBody } from './request-body.js'

/** A request that has arrived, with so many bytes. */
function arrived(bytes: number): IncomingMessage {
  const incoming = Object.assign(new PassThrough(), { headers: { 'content-length': String(bytes) } })
  incoming.end(Buffer.alloc(Math.min(bytes, 70_000)))
  return incoming as unknown as IncomingMessage
}

describe('the body of a request', () => {
  it.each([
    [0, 'none'],
    [65_536, 'whole'],
    [65_537, 'streamed'],
    [268_435_456, 'streamed'],
  ])('of %d bytes is %s', async (bytes, kind) => {
    expect(await takeBody(arrived(bytes), false)).toMatchObject({ kind })
  })

  it('of more than 256 MiB is not begun', async () => {
    await expect(takeBody(arrived(268_435_457), false)).rejects.toMatchObject({ code: 'TOO_LARGE' })
  })
})
