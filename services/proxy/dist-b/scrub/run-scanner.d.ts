import type { NeedleSet } from './needle-set.js'
/**
 * The same as a Scanner, for less work: a needle made of token characters can only stand in a run of them that is as
 * long as the shortest value, so only such runs are hashed. What is skipped depends on the answer's runs and on no
 * secret. Runs between others are whole, so only one at a chunk's end has to be remembered.
 */
export declare class RunScanner {
  #private
  constructor(set: NeedleSet)
  /** True where a needle has ended within this chunk. */
  scan(chunk: Buffer): boolean
}
