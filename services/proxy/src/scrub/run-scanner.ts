import { LongRuns } from './long-runs.js'
import type { Needles } from './needle-set.js'
import { Scanner, standsIn } from './scanner.js'
import { LONG_RUN, runAfter, runBefore } from './token-bytes.js'

/**
 * Gives the same results as a Scanner, with less work. A needle made of token characters can only stand in a run of
 * them that is at least as long as the shortest value, so only such runs are hashed. What is skipped depends on the
 * answer's runs, but not on any secret. Runs within a chunk are complete, so only the one at a chunk's end has to be
 * remembered.
 */
export class RunScanner {
  readonly #set: Needles
  #scanner: Scanner | null = null
  /** The run at the end of the last chunk may go on in the next one. */
  #isOpen = false

  constructor(set: Needles) {
    this.#set = set
  }

  /** True where a needle has ended within this chunk. */
  scan(chunk: Buffer): boolean {
    if (!this.#set.byRuns) return this.#remembering().scan(chunk, 0, chunk.length)
    const firstEnd = runAfter(chunk, 0)
    if (this.#endsFirst(chunk, firstEnd)) return true
    if (firstEnd === chunk.length) return false
    const lastStart = runBefore(chunk, firstEnd, chunk.length)
    return this.#standsBetween(chunk, firstEnd + 1, lastStart) || this.#beginsLast(chunk, lastStart)
  }

  /** The first run may continue one of the chunk before. */
  #endsFirst(chunk: Buffer, end: number): boolean {
    if (!this.#isOpen) return end === chunk.length ? this.#beginsLast(chunk, 0) : this.#standsInRun(chunk, 0, end)
    this.#isOpen = end === chunk.length
    return this.#remembering().scan(chunk, 0, end)
  }

  /** The last run may go on in the next chunk. */
  #beginsLast(chunk: Buffer, start: number): boolean {
    if (start === chunk.length) return false
    this.#isOpen = true
    const scanner = this.#remembering()
    scanner.reset()
    return scanner.scan(chunk, start, chunk.length)
  }

  /** Runs that begin and end within the chunk. */
  #standsBetween(chunk: Buffer, start: number, stop: number): boolean {
    if (stop - start < LONG_RUN) return false
    const runs = new LongRuns(chunk, stop)
    let from = start
    while (from < stop) {
      const begin = runs.next(from)
      if (begin === stop) return false
      const end = runAfter(chunk, begin)
      if (this.#standsInRun(chunk, begin, end)) return true
      from = end + 1
    }
    return false
  }

  #standsInRun(chunk: Buffer, from: number, to: number): boolean {
    if (to - from < LONG_RUN) return false
    for (const needle of this.#set.needles) if (standsIn(needle, chunk, from, to)) return true
    return false
  }

  /** Made on demand: most answers do not end with a token character, and never need one. */
  #remembering(): Scanner {
    this.#scanner ??= new Scanner(this.#set)
    return this.#scanner
  }
}
