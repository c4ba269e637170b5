import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { takeBody } from './request-body.js'

/** A request that has arrived, with this many bytes. */
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
    [1_073_741_824, 'streamed'],
  ])('of %d bytes is %s', async (bytes, kind) => {
    expect(await takeBody(arrived(bytes), false)).toMatchObject({ kind })
  })

  it('of one byte more than 1 GiB is refused with TOO_LARGE', async () => {
    await expect(takeBody(arrived(1_073_741_825), false)).rejects.toMatchObject({ code: 'TOO_LARGE' })
  })
})
