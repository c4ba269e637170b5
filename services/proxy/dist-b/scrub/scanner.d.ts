import type { NeedleSet } from './needle-set.js'
import { type Needle } from './needles.js'
/**
 * Finds whole needles in a stream of bytes, wherever the stream is cut.
 *
 * A rolling hash (Karp and Rabin, 1987) does the same work for every byte, whatever the bytes are. `Buffer.indexOf`
 * would be quicker and tell by its time which characters a needle holds: it skips those that it does not, and a phone
 * can have a provider echo a megabyte of one letter.
 */
export declare class Scanner {
  #private
  constructor({ needles, bytesMax }: NeedleSet)
  /** Nothing went by. */
  reset(): void
  /** True where a needle has ended within `chunk[from, to)`, which follows what was scanned before. */
  scan(chunk: Buffer, from: number, to: number): boolean
}
/**
 * The same for bytes that are all there, before and after which something else stands: no needle reaches beyond them,
 * so nothing has to be remembered.
 */
export declare function standsIn(needle: Needle, bytes: Buffer, from: number, to: number): boolean
