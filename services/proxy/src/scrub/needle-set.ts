import type { HeldSecret } from '../lease/lease-source.js'
import { foldedNeedlesOf, type Needle, needlesOf, needlesOfBasic } from './needles.js'
import { runAfter } from './token-bytes.js'

/** Needles, with what the search needs to know about all of them. */
export interface Needles {
  readonly needles: readonly Needle[]
  /**
   * False where a needle holds a character that is not a token character (a value with a blank in it): then every byte
   * is hashed.
   */
  readonly byRuns: boolean
  readonly bytesMax: number
}

/** What one answer is searched for. */
export interface NeedleSet extends Needles {
  /** In lower case, because field names are case-insensitive and servers write them in a case of their own. */
  readonly folded: Needles
}

/** The last set that was made, and from what. */
interface Made {
  readonly secrets: readonly HeldSecret[]
  readonly basics: readonly string[]
  readonly set: NeedleSet
}

/** Keyed by the first secret of a request, while that is held, because an API service injects the same each time. */
const known = new WeakMap<HeldSecret, Made>()

export function needleSetOf(secrets: readonly HeldSecret[], basics: readonly string[]): NeedleSet {
  const [first] = secrets
  const made = first && known.get(first)
  if (made && areSame(made.secrets, secrets) && areSame(made.basics, basics)) return made.set
  const needles = [...secrets.flatMap(needlesOf), ...basics.flatMap(needlesOfBasic)]
  const set = { ...setOf(needles), folded: setOf(foldedNeedlesOf(needles)) }
  if (first) known.set(first, { secrets, basics, set })
  return set
}

function areSame<Item>(some: readonly Item[], others: readonly Item[]): boolean {
  return some.length === others.length && some.every((item, at) => item === others[at])
}

function setOf(needles: readonly Needle[]): Needles {
  return {
    needles,
    byRuns: needles.every(({ bytes }) => runAfter(bytes, 0) === bytes.length),
    bytesMax: Math.max(0, ...needles.map(({ bytes }) => bytes.length)),
  }
}
