import type { IncomingMessage } from 'node:http'

const LIMITS = {
  /** Bytes read and dropped after an answer, so that the client reads the answer instead of a reset… */
  drainBytesMax: 1024 * 1024,
  /** The least that a chunk counts for, because chunks of one byte each would cost a second of the process. */
  chunkBytesMin: 64,
  /** …and the longest time for it. */
  drainMs: 2_000,
} as const

/**
 * An answer may be sent before the request's body is complete. The rest is read for a while, then the connection is
 * closed (RFC 9112 § 9.6).
 */
export function endRefusedBody(
  incoming: IncomingMessage,
  { drainBytesMax, chunkBytesMin, drainMs }: Readonly<Record<keyof typeof LIMITS, number>> = LIMITS,
): void {
  if (incoming.complete) return
  const { socket } = incoming
  let left = drainBytesMax
  const timer = setTimeout(() => socket.destroy(), drainMs)
  const count = (chunk: Buffer): void => {
    left -= Math.max(chunk.length, chunkBytesMin)
    if (left < 0) socket.destroy()
  }
  // The request object is not told of the socket's end once it has been answered.
  const stop = (): void => {
    clearTimeout(timer)
    incoming.off('data', count).off('end', stop)
    socket.off('close', stop)
  }
  incoming.on('data', count).once('end', stop).resume()
  socket.once('close', stop)
}
