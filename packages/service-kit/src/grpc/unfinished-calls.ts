import type { Readable } from 'node:stream'
import { Fault } from '../faults.js'

const MIB = 1024 * 1024

/** What the unfinished calls of one identity may come to, over all its connections. */
interface Share {
  readonly callsMax: number
  readonly bytesMax: number
}

const LIMITS = {
  /** From a call's headers until its message is whole. Ours are sent at once, and answered within 5 s or given up. */
  wholeMs: 5_000,
  /**
   * Eighteen proxies that begin all they can (3,600 calls each) when a vault comes back: the headers of all come first.
   * And sixteen batches of access entries of the largest kind.
   */
  own: { callsMax: 65_536, bytesMax: 64 * MIB },
  /** Thrice what it may ask at once (300, directory/resolve/resolve-secrets.ts): names and grants, some kilobytes each. */
  internal: { callsMax: 1_024, bytesMax: 8 * MIB },
  /** What a piece of a message takes beside its bytes: a message may come in pieces of one byte. */
  pieceBytes: 512,
} as const

export interface UnfinishedLimits {
  readonly wholeMs: number
  readonly own: Share
  readonly internal: Share
  readonly pieceBytes: number
}

/** One call whose message is on its way. */
export interface UnfinishedCall {
  /** A message is whole, and who waits for it has it. In a stream the next one may begin. */
  whole(): void
  /** Nothing is held for it any longer. */
  over(): void
}

/** Calls whose messages are not whole: the library keeps each piece until the last has come, which may be never. */
export interface UnfinishedCalls {
  /**
   * @param pieces where the message comes from.
   * @param refuse ends the call: it takes too long, or its identity's calls hold too much.
   * @throws Fault RATE_LIMITED where its identity has too many already.
   */
  begin(identity: string, pieces: Readable | undefined, refuse: (fault: Fault) => void): UnfinishedCall
}

/** @param isInternal is it an internal service's identity, and none of the installation's own? */
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
        // A piece keeps all that was read together with it, once.
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
    say: 'The message did not arrive in time. Send it again, at once and whole.',
  })
