import type { Needles } from './needle-set.js'
import { BASE, type Needle } from './needles.js'

/**
 * Finds whole needles in a stream of bytes, wherever the stream is cut.
 *
 * A rolling hash (Karp and Rabin, 1987) does the same work for every byte, whatever the bytes are. `Buffer.indexOf`
 * would be quicker, but its time would tell which characters a needle holds: it skips over those that the needle does
 * not hold, and a phone can have a provider echo a megabyte of one letter.
 */
export class Scanner {
  readonly #needles: readonly Needle[]
  readonly #hashes: Int32Array
  /**
   * The last bytes that were scanned, as many as the longest needle has. No value holds NUL, so the initial zeros match
   * nothing.
   */
  readonly #history: Buffer

  constructor({ needles, bytesMax }: Needles) {
    this.#needles = needles
    this.#hashes = new Int32Array(needles.length)
    this.#history = Buffer.alloc(bytesMax)
  }

  /** Forgets everything that was scanned. */
  reset(): void {
    this.#hashes.fill(0)
    this.#history.fill(0)
  }

  /** True where a needle has ended within `chunk[from, to)`, which follows what was scanned before. */
  scan(chunk: Buffer, from: number, to: number): boolean {
    let found = false
    for (let slot = 0; slot < this.#needles.length; slot += 1) {
      const needle = this.#needles[slot]
      if (needle !== undefined) found = this.#endsIn(slot, needle, chunk, from, to) || found
    }
    this.#remember(chunk, from, to)
    return found
  }

  /** The byte that leaves the window lies one needle's length back: first in the history, then in the chunk itself. */
  #endsIn(slot: number, needle: Needle, chunk: Buffer, from: number, to: number): boolean {
    const length = needle.bytes.length
    const history = this.#history
    const turn = Math.min(from + length, to)
    let at = from
    while (at < to) {
      at =
        at < turn
          ? roll(this.#hashes, slot, needle, chunk, history, history.length - length - from, at, turn)
          : roll(this.#hashes, slot, needle, chunk, chunk, -length, at, to)
      if (this.#hashes[slot] === needle.hash && this.#equals(needle, chunk, from, at)) return true
    }
    return false
  }

  /** Equal hashes mean equal bytes except once in four thousand million, which is rare enough to compare and forget. */
  #equals(needle: Needle, chunk: Buffer, from: number, end: number): boolean {
    const inChunk = Math.min(needle.bytes.length, end - from)
    const inHistory = needle.bytes.length - inChunk
    const history = this.#history.subarray(this.#history.length - inHistory)
    // Nothing is copied, because a person who has entered a value may cause answers whose hashes match again and again.
    return (
      history.equals(needle.bytes.subarray(0, inHistory)) &&
      chunk.subarray(end - inChunk, end).equals(needle.bytes.subarray(inHistory))
    )
  }

  #remember(chunk: Buffer, from: number, to: number): void {
    const history = this.#history
    const kept = Math.min(to - from, history.length)
    history.copyWithin(0, kept)
    chunk.copy(history, history.length - kept, to - kept, to)
  }
}

/**
 * Moves a window on, byte by byte, until its hash is the needle's or `to` is reached. Returns its position; the hash is
 * in its slot. Takes arguments and is no closure, because this is the one loop that sees every byte.
 */
function roll(
  hashes: Int32Array,
  slot: number,
  { hash: wanted, outWeight }: Needle,
  entering: Buffer,
  leaving: Buffer,
  shift: number,
  from: number,
  to: number,
): number {
  let hash = hashes[slot] ?? 0
  let at = from
  while (at < to) {
    hash = (Math.imul(hash, BASE) + (((entering[at] ?? 0) - Math.imul(leaving[at + shift] ?? 0, outWeight)) | 0)) | 0
    at += 1
    if (hash === wanted) break
  }
  hashes[slot] = hash
  return at
}

/**
 * The same for a run that is complete, with other bytes before and after it: no needle extends beyond it, so nothing
 * has to be remembered.
 */
export function standsIn(needle: Needle, bytes: Buffer, from: number, to: number): boolean {
  const { hash: wanted, outWeight, bytes: sought } = needle
  const full = Math.min(from + sought.length, to)
  let hash = 0
  let at = from
  for (; at < full; at += 1) hash = (Math.imul(hash, BASE) + (bytes[at] ?? 0)) | 0
  if (to - from < sought.length) return false
  for (;;) {
    if (hash === wanted && sought.equals(bytes.subarray(at - sought.length, at))) return true
    if (at >= to) return false
    const leaving = Math.imul(bytes[at - sought.length] ?? 0, outWeight)
    hash = (Math.imul(hash, BASE) + (((bytes[at] ?? 0) - leaving) | 0)) | 0
    at += 1
  }
}
