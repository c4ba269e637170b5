import { Scanner, standsIn } from './scanner.js'
import { LONG_RUN, nextLongRun, runAfter, runBefore } from './token-bytes.js'
/**
 * The same as a Scanner, for less work: a needle made of token characters can only stand in a run of them that is as
 * long as the shortest value, so only such runs are hashed. What is skipped depends on the answer's runs and on no
 * secret. Runs between others are whole, so only one at a chunk's end has to be remembered.
 */
export class RunScanner {
  #set
  #scanner = null
  /** The run at the end of the last chunk may go on in the next one. */
  #isOpen = false
  constructor(set) {
    this.#set = set
  }
  /** True where a needle has ended within this chunk. */
  scan(chunk) {
    if (!this.#set.byRuns) return this.#remembering().scan(chunk, 0, chunk.length)
    const firstEnd = runAfter(chunk, 0)
    if (this.#endsFirst(chunk, firstEnd)) return true
    if (firstEnd === chunk.length) return false
    const lastStart = runBefore(chunk, firstEnd, chunk.length)
    return this.#standsBetween(chunk, firstEnd + 1, lastStart) || this.#beginsLast(chunk, lastStart)
  }
  /** The first run may go on from the chunk before. */
  #endsFirst(chunk, end) {
    if (!this.#isOpen) return end === chunk.length ? this.#beginsLast(chunk, 0) : this.#standsInRun(chunk, 0, end)
    this.#isOpen = end === chunk.length
    return this.#remembering().scan(chunk, 0, end)
  }
  /** The last run may go on in the next chunk. */
  #beginsLast(chunk, start) {
    if (start === chunk.length) return false
    this.#isOpen = true
    const scanner = this.#remembering()
    scanner.reset()
    return scanner.scan(chunk, start, chunk.length)
  }
  /** Every run of the least length covers one of the bytes that are looked at. */
  #standsBetween(chunk, start, stop) {
    let from = start
    for (;;) {
      const probe = nextLongRun(chunk, from + LONG_RUN - 1, stop)
      if (probe === stop) return false
      const begin = runBefore(chunk, from, probe)
      const end = runAfter(chunk, probe)
      if (this.#standsInRun(chunk, begin, end)) return true
      from = end + 1
    }
  }
  #standsInRun(chunk, from, to) {
    if (to - from < LONG_RUN) return false
    for (const needle of this.#set.needles) if (standsIn(needle, chunk, from, to)) return true
    return false
  }
  /** Most answers end with no token character, and never need one. */
  #remembering() {
    this.#scanner ??= new Scanner(this.#set)
    return this.#scanner
  }
}
//# sourceMappingURL=run-scanner.js.map
