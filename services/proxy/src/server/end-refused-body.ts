import type { IncomingMessage } from 'node:http'

const LIMITS = {
  /** Read and thrown away after an answer, so that the client gets to read it instead of a reset… */
  drainBytesMax: 1024 * 1024,
  /** What a chunk counts for at least: a byte in each would cost a second of the process. */
  chunkBytesMin: 64,
  /** …and for no longer than this. */
  drainMs: 2_000,
} as const

/**
 * An answer may be there before the request's body is: the rest is read for a while, then the connection is closed
 * (RFC 9112 § 9.6).
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
  // The request itself is not told of the socket's end once it has been answered.
  const stop = (): void => {
    clearTimeout(timer)
    incoming.off('data', count).off('end', stop)
    socket.off('close', stop)
  }
  incoming.on('data', count).once('end', stop).resume()
  socket.once('close', stop)
}
