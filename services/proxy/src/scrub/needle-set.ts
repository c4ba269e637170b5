import type { HeldSecret } from '../lease/lease-source.js'
import { foldedNeedlesOf, type Needle, needleOfBasic, needlesOf } from './needles.js'
import { runAfter } from './token-bytes.js'

/** Needles, with what the search needs to know of all of them. */
export interface Needles {
  readonly needles: readonly Needle[]
  /** False where some needle holds a character of no token (a value with a blank in it): then every byte is hashed. */
  readonly byRuns: boolean
  readonly bytesMax: number
}

/** What one answer is searched for. */
export interface NeedleSet extends Needles {
  /** In small letters: names of fields have no case, and servers write them in one of their own. */
  readonly folded: Needles
}

const known = new WeakMap<HeldSecret, NeedleSet>()

/** Of one secret, as nearly every request has it, it is made once while the secret is held. */
export function needleSetOf(secrets: readonly HeldSecret[], basics: readonly string[]): NeedleSet {
  const [only, ...others] = secrets
  if (only === undefined || others.length > 0 || basics.length > 0) {
    const needles = [...secrets.flatMap(needlesOf), ...basics.flatMap(needleOfBasic)]
    return { ...setOf(needles), folded: setOf(secrets.flatMap(foldedNeedlesOf)) }
  }
  const made = known.get(only)
  if (made) return made
  const set = { ...setOf(needlesOf(only)), folded: setOf(foldedNeedlesOf(only)) }
  known.set(only, set)
  return set
}

function setOf(needles: readonly Needle[]): Needles {
  return {
    needles,
    byRuns: needles.every(({ bytes }) => runAfter(bytes, 0) === bytes.length),
    bytesMax: Math.max(0, ...needles.map(({ bytes }) => bytes.length)),
  }
}
