/**
 * How the states are searched. `shortest`: in breadth, so that the first counterexample is as short as any.
 * `exhaustive`: every state, stored whole. `fair`: cycles as well, each process given its turn. `compact`: states by
 * their hash, which misses about one in a hundred. `bitstate`: a random part of what is too large for all of it.
 */
export type Search = 'shortest' | 'exhaustive' | 'fair' | 'compact' | 'bitstate'

interface Configuration {
  readonly name: string
  /** For `-D`. */
  readonly defines: readonly string[]
  readonly search: Search
  /** It is given up then, and has failed. */
  readonly secondsMax: number
}

/** A rule switched off: something must go wrong. */
export interface WithoutRule extends Configuration {
  readonly kind: 'without'
  readonly rule: string
  /** What the counterexample shows. */
  readonly shows: string
}

/** All rules on: nothing may go wrong. */
export interface WithAllRules extends Configuration {
  readonly kind: 'with-all'
  /** What is searched. */
  readonly covers: string
  /** As many as there are; where a part is searched, at least as many. A model that goes nowhere finds nothing either. */
  readonly states: number
}

export type Run = WithoutRule | WithAllRules
