import { HIGH_TABLE_AT, LONG_RUNS_MODULE, LOW_TABLE_AT } from './long-runs-module.js'
import { isTokenByte, LONG_RUN } from './token-bytes.js'

const LIMITS = {
  /** Copied and searched at a time: what a socket hands over at once, and well within the processor's caches. */
  pieceBytes: 64 * 1024,
  /** A line of the processor's caches: a copy between places that lie differently in theirs takes eight times as long. */
  lineBytes: 64,
} as const

/** Behind the two tables, on a line of its own. */
const PIECES_AT = LIMITS.lineBytes

const { find, bytes: memory } = instantiate()

/**
 * Finds the runs of token characters that are as long as LONG_RUN, sixteen bytes a step. Its time depends on the bytes
 * and on where such runs are, and on no secret: it knows none.
 *
 * There is one memory for all: read one search to its end, or leave it, before another begins.
 */
export class LongRuns {
  readonly #searched: Uint8Array
  readonly #to: number
  /** Where in the memory the piece lies. */
  #pieceAt: number = PIECES_AT
  #loadedFrom = 0
  #loadedTo = 0

  /** In `searched[…, to)`. */
  constructor(searched: Uint8Array, to: number) {
    this.#searched = searched
    this.#to = to
  }

  /** Where the next long run begins; `to` where there is none. No run reaches over `from`, and it only goes up. */
  next(from: number): number {
    let at = from
    for (;;) {
      if (at >= this.#loadedTo) this.#load(at)
      const found = this.#loadedFrom + find(this.#placeOf(at), this.#placeOf(this.#loadedTo)) - this.#pieceAt
      if (found < this.#loadedTo || this.#loadedTo === this.#to) return found
      // One byte less than a long run may be its beginning.
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

/** As much of it as is used here, and what our module exports: neither Node's types nor the language's have it. */
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
