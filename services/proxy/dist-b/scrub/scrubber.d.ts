import type { HeldSecret } from '../lease/lease-source.js'
/** An accident guard on one answer. A match ends the answer; it is never rewritten. */
export interface Scrubber {
  /** Reason phrase, and header or trailer fields: name, value, … True where a value is in them. */
  leaksInFields(reason: string, fields: readonly string[]): boolean
  /** What may go on of the body now, or `leaked`: then nothing more may. */
  push(chunk: Buffer): Buffer | 'leaked'
  /** What was held back, once the body has ended. */
  end(): Buffer
}
/** What was injected into the request, as far as the answer must not hold it. */
export interface Injected {
  readonly secrets: readonly HeldSecret[]
  readonly basics: readonly string[]
  readonly scrub: boolean
}
export declare function createScrubber({ secrets, basics, scrub }: Injected): Scrubber
