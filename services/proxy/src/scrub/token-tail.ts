import { runBefore } from './token-bytes.js'

const LIMITS = {
  /**
   * The most bytes held back. Longer than providers' keys in any of their forms; of an even longer one a first part may
   * have been passed on, never the whole.
   */
  heldBytesMax: 1024,
  /** Joining up to this many bytes to what is held costs less than another write. */
  joinedBytesMax: 4 * 1024,
} as const

const EMPTY = Buffer.alloc(0)

/**
 * Holds back the run of token characters at the end of what came so far, because a key could be under way in it. How
 * much is held depends on that run alone, and not on any secret, so observing it reveals nothing.
 */
export class TokenTail {
  #held: Buffer = EMPTY

  /**
   * What may be passed on now: nothing, or everything up to the run at the end. A large chunk comes as two pieces,
   * because joining would copy it.
   */
  push(chunk: Buffer): readonly Buffer[] {
    const run = runBefore(chunk, Math.max(0, chunk.length - LIMITS.heldBytesMax), chunk.length)
    if (run > 0) return this.#swap(chunk, run)
    // The whole chunk is one run that continues the held one; both are short.
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
