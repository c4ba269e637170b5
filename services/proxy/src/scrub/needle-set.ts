import type { HeldSecret } from '../lease/lease-source.js'
import { type Needle, needleOfBasic, needlesOf } from './needles.js'
import { runAfter } from './token-bytes.js'

/** What one answer is searched for, with what the search needs to know of all of it. */
export interface NeedleSet {
  readonly needles: readonly Needle[]
  /** False where some needle holds a character of no token (a value with a blank in it): then every byte is hashed. */
  readonly byRuns: boolean
  readonly bytesMax: number
}

const known = new WeakMap<HeldSecret, NeedleSet>()

/** Of one secret, as nearly every request has it, it is made once while the secret is held. */
export function needleSetOf(secrets: readonly HeldSecret[], basics: readonly string[]): NeedleSet {
  const [only, ...others] = secrets
  if (only === undefined || others.length > 0 || basics.length > 0) {
    return setOf([...secrets.flatMap(needlesOf), ...basics.flatMap(needleOfBasic)])
  }
  const made = known.get(only)
  if (made) return made
  const set = setOf(needlesOf(only))
  known.set(only, set)
  return set
}

function setOf(needles: readonly Needle[]): NeedleSet {
  return {
    needles,
    byRuns: needles.every(({ bytes }) => runAfter(bytes, 0) === bytes.length),
    bytesMax: Math.max(0, ...needles.map(({ bytes }) => bytes.length)),
  }
}
