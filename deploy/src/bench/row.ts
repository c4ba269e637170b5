import type { Rig } from './rig/rig.js'

/** One figure. */
export interface Line {
  /** What was measured. */
  readonly what: string
  /** Null where it could not be measured. */
  readonly value: number | null
  readonly unit: string
  readonly goal: Goal
  /** Range over the rounds, or why there is no value. */
  readonly note: string
}

export type Goal = { readonly atLeast: number } | { readonly atMost: number } | 'reported'

/** Some figures that are taken together. */
export interface Row {
  /** For ONLY. */
  readonly name: string
  /** Not run unless it is asked for by name. */
  readonly optional?: true
  measure(rig: Rig): Promise<readonly Line[]>
}

/** A figure that was not taken never holds. */
export function holds({ value, goal }: Line): boolean {
  if (value === null || Number.isNaN(value)) return false
  if (goal === 'reported') return true
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost
}

export function goalText(goal: Goal): string {
  if (goal === 'reported') return 'reported'
  return 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`
}

export function notRun(line: Pick<Line, 'what' | 'unit' | 'goal'>, why: string): Line {
  return { ...line, value: null, note: `not run: ${why}` }
}
