import { runBefore } from './token-bytes.js'

const LIMITS = {
  /**
   * Bytes held back at most. Longer than the keys of providers in any of their forms; of what is longer still a first
   * part may have gone, never the whole.
   */
  heldBytesMax: 1024,
  /** To join that many to what is held costs less than one write more. */
  joinedBytesMax: 4 * 1024,
} as const

const EMPTY = Buffer.alloc(0)

/**
 * Holds back the run of token characters at the end of what came so far: a key could be under way in it. How much is
 * held depends on that run alone, and on no secret, so that watching it teaches nothing.
 */
export class TokenTail {
  #held: Buffer = EMPTY

  /** What may go on now: nothing, or all up to the run at the end. Of a large chunk in two pieces, since to join them copies it. */
  push(chunk: Buffer): readonly Buffer[] {
    const run = runBefore(chunk, Math.max(0, chunk.length - LIMITS.heldBytesMax), chunk.length)
    if (run > 0) return this.#swap(chunk, run)
    // All of it is one run, and goes on from the one that is held: both are short.
    const all = Buffer.concat([this.end(), chunk])
    return this.#swap(all, Math.max(0, all.length - LIMITS.heldBytesMax))
  }

  /** The rest, at the end. */
  end(): Buffer {
    const held = this.#held
    this.#held = EMPTY
    return held
  }

  #swap(chunk: Buffer, cut: number): readonly Buffer[] {
    const held = this.#held
    // Nothing to hold: the usual end of JSON, and of an event.
    if (cut === chunk.length && held.length === 0) return [chunk]
    const free = chunk.subarray(0, cut)
    this.#held = chunk.subarray(cut)
    if (held.length === 0) return cut === 0 ? [] : [free]
    return cut > LIMITS.joinedBytesMax ? [held, free] : [Buffer.concat([held, free])]
  }
}
