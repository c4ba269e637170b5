import { runBefore } from './token-bytes.js'

const LIMITS = {
  /**
   * Bytes held back at most. Longer than the keys of providers in any of their forms; of what is longer still a first
   * part may have gone, never the whole.
   */
  heldBytesMax: 1024,
}
const EMPTY = Buffer.alloc(0)
/**
 * Holds back the run of token characters at the end of what came so far: a key could be under way in it. How much is
 * held depends on that run alone, and on no secret, so that watching it teaches nothing.
 */
export class TokenTail {
  #held = EMPTY
  /** What may go on now: empty, or all up to the run at the end. */
  push(chunk) {
    const run = runBefore(chunk, Math.max(0, chunk.length - LIMITS.heldBytesMax), chunk.length)
    if (run > 0) return this.#swap(chunk, run)
    // All of it is one run, and goes on from the one that is held.
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    this.#held = EMPTY
    return this.#swap(all, Math.max(0, all.length - LIMITS.heldBytesMax))
  }
  /** The rest, at the end. */
  end() {
    const held = this.#held
    this.#held = EMPTY
    return held
  }
  #swap(chunk, cut) {
    // Nothing to hold: the usual end of JSON, and of an event.
    if (cut === chunk.length && this.#held.length === 0) return chunk
    const free = chunk.subarray(0, cut)
    const out = this.#held.length === 0 ? free : Buffer.concat([this.#held, free])
    this.#held = chunk.subarray(cut)
    return out
  }
}
//# sourceMappingURL=token-tail.js.map
