import type { IncomingMessage, ServerResponse } from 'node:http'

const LIMITS = {
  /** Read and thrown away after an answer, so that the client gets to read it instead of a reset… */
  drainBytesMax: 1024 * 1024,
  /** …and for no longer than this. */
  drainMs: 2_000,
} as const

/**
 * An answer may be there before the request's body is: the rest is read for a while, then the connection is closed
 * (RFC 9112 § 9.6).
 */
export function endRefusedBody(incoming: IncomingMessage, outgoing: ServerResponse, waits: boolean): void {
  if (incoming.complete || waits) return
  const { socket } = incoming
  let left: number = LIMITS.drainBytesMax
  const timer = setTimeout(() => socket.destroy(), LIMITS.drainMs)
  const stop = (): void => clearTimeout(timer)
  incoming.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) socket.destroy()
  })
  incoming.once('end', stop).once('close', stop)
  outgoing.once('error', () => socket.destroy())
  incoming.resume()
}
