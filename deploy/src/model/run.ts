/**
 * How the states are searched. `shortest`: breadth first, so that no counterexample is shorter than the first one
 * found. `exhaustive`: every state, stored completely. `fair`: cycles as well, under weak fairness for each process.
 * `compact`: states stored by their hash, which misses about one in a hundred. `bitstate`: a random part of a state
 * space that is too large to search completely.
 */
export type Search = 'shortest' | 'exhaustive' | 'fair' | 'compact' | 'bitstate'

interface Configuration {
  readonly name: string
  /** Passed with `-D`. */
  readonly defines: readonly string[]
  readonly search: Search
  /** After this time the run is ended, and has failed. */
  readonly secondsMax: number
}

/** A run with a rule switched off, in which something must go wrong. */
export interface WithoutRule extends Configuration {
  readonly kind: 'without'
  readonly rule: string
  /** What the counterexample shows. */
  readonly shows: string
}

/** A run with all rules, in which nothing may go wrong. */
export interface WithAllRules extends Configuration {
  readonly kind: 'with-all'
  /** What the search covers. */
  readonly covers: string
  /**
   * The number of states; at least that many where only a part is searched. Without this check a model that does
   * nothing would pass.
   */
  readonly states: number
}

export type Run = WithoutRule | WithAllRules
