import type { Readable } from 'node:stream'
import { Fault } from '../faults.js'

const MIB = 1024 * 1024

/** Limits for the unfinished calls of one identity, over all its connections. */
interface Share {
  readonly callsMax: number
  readonly bytesMax: number
}

const LIMITS = {
  /**
   * From a call's headers until its message is whole. The services send messages at once, and give a call up after 5 s.
   */
  wholeMs: 5_000,
  /**
   * Calls: eighteen proxies that begin as many as they can (3,600 each) when a vault comes back, because all headers
   * arrive first. Bytes: sixteen of the largest batches of access entries.
   */
  own: { callsMax: 65_536, bytesMax: 64 * MIB },
  /**
   * Three times what an internal service may ask at once (300, directory/resolve/resolve-secrets.ts): names and grants
   * of some kilobytes each.
   */
  internal: { callsMax: 1_024, bytesMax: 8 * MIB },
  /** Memory of a piece of a message besides its bytes: a message may come in pieces of one byte. */
  pieceBytes: 512,
} as const

export interface UnfinishedLimits {
  readonly wholeMs: number
  readonly own: Share
  readonly internal: Share
  readonly pieceBytes: number
}

/** A call whose message is still arriving. */
export interface UnfinishedCall {
  /** A message is whole and was handed over. In a stream the next one may begin. */
  whole(): void
  /** Nothing is held for the call any longer. */
  over(): void
}

/**
 * Tracks calls whose messages are incomplete: the library keeps each piece until the last has arrived, which may be
 * never.
 */
export interface UnfinishedCalls {
  /**
   * @param pieces the source of the message.
   * @param refuse ends the call if it takes too long, or if the calls of its identity hold too much.
   * @throws Fault RATE_LIMITED if the identity already has too many.
   */
  begin(identity: string, pieces: Readable | undefined, refuse: (fault: Fault) => void): UnfinishedCall
}

/** @param isInternal whether an identity belongs to an internal service and not to the installation itself. */
export function createUnfinishedCalls(
  isInternal: (identity: string) => boolean,
  { wholeMs, own, internal, pieceBytes }: UnfinishedLimits = LIMITS,
): UnfinishedCalls {
  const held = new Map<string, { calls: number; bytes: number }>()

  return {
    begin(identity, pieces, refuse) {
      const { callsMax, bytesMax } = isInternal(identity) ? internal : own
      const all = held.get(identity) ?? { calls: 0, bytes: 0 }
      if (all.calls >= callsMax) throw tooMuch(`${identity} has ${all.calls} unfinished calls`)
      held.set(identity, all)
      all.calls += 1
      let bytes = 0
      let lastRead: ArrayBufferLike | undefined
      let isOver = false

      pieces?.on('data', (piece: Uint8Array) => {
        if (isOver) return
        // A piece keeps the whole buffer that was read with it in memory; the buffer is counted once.
        const size = pieceBytes + (piece.buffer === lastRead ? 0 : piece.buffer.byteLength)
        lastRead = piece.buffer
        bytes += size
        all.bytes += size
        if (all.bytes > bytesMax) end(tooMuch(`unfinished calls of ${identity} hold ${all.bytes} bytes`))
      })
      const late = setTimeout(() => end(tooLate(wholeMs)), wholeMs)

      function end(fault: Fault): void {
        over()
        refuse(fault)
      }

      function whole(): void {
        clearTimeout(late)
        all.bytes -= bytes
        bytes = 0
        lastRead = undefined
      }

      function over(): void {
        if (isOver) return
        isOver = true
        whole()
        all.calls -= 1
        if (all.calls === 0) held.delete(identity)
      }

      return { whole, over }
    },
  }
}

const tooMuch = (detail: string): Fault => new Fault('RATE_LIMITED', detail, { retryAfterSeconds: 1 })

const tooLate = (wholeMs: number): Fault =>
  new Fault('INVALID_REQUEST', `a message that is not whole after ${wholeMs} ms`, {
    say: 'The message did not arrive completely in time. Send it again.',
  })
