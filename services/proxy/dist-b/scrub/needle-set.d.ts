import type { HeldSecret } from '../lease/lease-source.js'
import { type Needle } from './needles.js'
/** What one answer is searched for, with what the search needs to know of all of it. */
export interface NeedleSet {
  readonly needles: readonly Needle[]
  /** False where some needle holds a character of no token (a value with a blank in it): then every byte is hashed. */
  readonly byRuns: boolean
  readonly bytesMax: number
}
/** Of one secret, as nearly every request has it, it is made once while the secret is held. */
export declare function needleSetOf(secrets: readonly HeldSecret[], basics: readonly string[]): NeedleSet
