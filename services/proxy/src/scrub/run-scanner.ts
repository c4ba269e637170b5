import { NEEDLE_BYTES_MIN, type Needle } from './needles.js'
import { Scanner } from './scanner.js'
import { isTokenAt, runAfter, runBefore } from './token-bytes.js'

const NUL = Buffer.alloc(1)

/**
 * The same as a Scanner, for less work: a needle made of token characters can only stand in a run of them that is as
 * long as the shortest value, so only such runs are hashed, with a NUL between them. What is skipped depends on the
 * answer's runs and on no secret.
 */
export class RunScanner {
  readonly #scanner: Scanner
  /** False where some needle holds another character (a value with a blank in it): then every byte is hashed. */
  readonly #byRuns: boolean

  constructor(needles: readonly Needle[]) {
    this.#scanner = new Scanner(needles)
    this.#byRuns = needles.every(({ bytes }) => runAfter(bytes, 0) === bytes.length)
  }

  /** True where a needle has ended within this chunk. */
  scan(chunk: Buffer): boolean {
    if (!this.#byRuns) return this.#scanner.scan(chunk, 0, chunk.length)
    // The first run may go on from the chunk before, and the last one into the next.
    const firstEnd = runAfter(chunk, 0)
    if (firstEnd > 0 && this.#scanner.scan(chunk, 0, firstEnd)) return true
    if (firstEnd === chunk.length) return false
    const lastStart = runBefore(chunk, firstEnd, chunk.length)
    return this.#scanBetween(chunk, firstEnd + 1, lastStart) || this.#scanRun(chunk, lastStart, chunk.length)
  }

  /** Every run of the least length covers one of the bytes that are looked at. */
  #scanBetween(chunk: Buffer, start: number, stop: number): boolean {
    let from = start
    while (from + NEEDLE_BYTES_MIN <= stop) {
      const probe = from + NEEDLE_BYTES_MIN - 1
      if (!isTokenAt(chunk, probe)) {
        from = probe + 1
        continue
      }
      const begin = runBefore(chunk, from, probe)
      const end = runAfter(chunk, probe)
      if (end - begin >= NEEDLE_BYTES_MIN && this.#scanRun(chunk, begin, end)) return true
      from = end + 1
    }
    return false
  }

  #scanRun(chunk: Buffer, from: number, to: number): boolean {
    this.#scanner.scan(NUL, 0, 1)
    return from < to && this.#scanner.scan(chunk, from, to)
  }
}
