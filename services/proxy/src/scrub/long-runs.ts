import { HIGH_TABLE_AT, LONG_RUNS_MODULE, LOW_TABLE_AT } from './long-runs-module.js'
import { isTokenByte, LONG_RUN } from './token-bytes.js'

const LIMITS = {
  /** Copied and searched at a time: about what a socket delivers at once, and well within the processor's caches. */
  pieceBytes: 64 * 1024,
  /**
   * A cache line of the processor. A copy between places with different offsets in their lines takes eight times as
   * long.
   */
  lineBytes: 64,
} as const

/** Behind the two tables, on a line of its own. */
const PIECES_AT = LIMITS.lineBytes

const { find, bytes: memory } = instantiate()

/**
 * Finds the runs of token characters that are at least LONG_RUN long, sixteen bytes a step. Its time depends on the
 * bytes and on where such runs are, but not on any secret, because it knows none.
 *
 * All searches share one memory: read one search to its end, or abandon it, before another begins.
 */
export class LongRuns {
  readonly #searched: Uint8Array
  readonly #to: number
  /** Where in the memory the piece lies. */
  #pieceAt: number = PIECES_AT
  #loadedFrom = 0
  #loadedTo = 0

  /** Searches in `searched[…, to)`. */
  constructor(searched: Uint8Array, to: number) {
    this.#searched = searched
    this.#to = to
  }

  /**
   * Where the next long run begins; `to` where there is none. No run may extend across `from`, and `from` must not
   * decrease.
   */
  next(from: number): number {
    let at = from
    for (;;) {
      if (at >= this.#loadedTo) this.#load(at)
      const found = this.#loadedFrom + find(this.#placeOf(at), this.#placeOf(this.#loadedTo)) - this.#pieceAt
      if (found < this.#loadedTo || this.#loadedTo === this.#to) return found
      // The last LONG_RUN - 1 bytes may be the beginning of a long run.
      this.#load(Math.max(at, this.#loadedTo - LONG_RUN + 1))
      at = this.#loadedFrom
    }
  }

  #load(from: number): void {
    this.#loadedFrom = from
    this.#loadedTo = Math.min(this.#to, from + LIMITS.pieceBytes)
    this.#pieceAt = PIECES_AT + ((this.#searched.byteOffset + from) % LIMITS.lineBytes)
    memory.set(this.#searched.subarray(from, this.#loadedTo), this.#pieceAt)
    const end = this.#placeOf(this.#loadedTo)
    memory.fill(0, end, end + LONG_RUN)
  }

  #placeOf(at: number): number {
    return this.#pieceAt + at - this.#loadedFrom
  }
}

/** Only what is used here, and what this module exports: neither Node's types nor the language's declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
  ) => {
    readonly exports: { find(at: number, stop: number): number; readonly memory: { readonly buffer: ArrayBuffer } }
  }
}

function instantiate(): { find: (at: number, stop: number) => number; bytes: Uint8Array } {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(LONG_RUNS_MODULE))
  const bytes = new Uint8Array(exports.memory.buffer)
  for (let high = 0; high < 8; high += 1) {
    bytes[HIGH_TABLE_AT + high] = 1 << high
    for (let low = 0; low < 16; low += 1) {
      if (isTokenByte((high << 4) | low)) bytes[LOW_TABLE_AT + low] = (bytes[LOW_TABLE_AT + low] ?? 0) | (1 << high)
    }
  }
  return { find: exports.find, bytes }
}
