import type { Rig } from './rig/rig.js'

/** What is measured, and the goal for it. */
export interface Figure {
  readonly what: string
  readonly unit: string
  readonly goal: Goal
}

export type Goal = { readonly atLeast: number } | { readonly atMost: number } | 'reported'

/** The outcome of one measurement. */
export interface Taken {
  /** Null where it could not be measured. */
  readonly value: number | null
  /** The range over the rounds, or the reason why there is no value. */
  readonly note: string
}

/** One line of the table: a figure and its outcome, whether or not it was measured. */
export interface Line extends Figure, Taken {}

/**
 * Figures that are taken together. They are declared in advance, so that one that cannot be taken still appears with
 * its name and goal.
 */
export interface Row {
  /** The name by which ONLY selects the row. */
  readonly name: string
  /** Runs only when selected by name. */
  readonly optional?: true
  readonly figures: readonly Figure[]
  measure(rig: Rig): Promise<readonly Line[]>
}

interface RowSpec<Key extends string> extends Pick<Row, 'name' | 'optional'> {
  /** In the table's order. */
  readonly figures: Readonly<Record<Key, Figure>>
  /** @throws Error where nothing can be measured. */
  measure(rig: Rig): Promise<Readonly<Record<Key, Taken>>>
}

export function defineRow<Key extends string>({ figures, measure, ...row }: RowSpec<Key>): Row {
  const named = Object.entries<Figure>(figures)
  return {
    ...row,
    figures: named.map(([, figure]) => figure),
    async measure(rig) {
      const taken: Readonly<Record<string, Taken>> = await measure(rig)
      return named.map(([key, figure]): Line => {
        const one = taken[key]
        if (one === undefined) throw new Error(`nothing was told of ${key}`)
        return { ...figure, ...one }
      })
    },
  }
}

/** A figure that was not taken never meets its goal. */
export function holds({ value, goal }: Line): boolean {
  if (!isTaken(value)) return false
  if (goal === 'reported') return true
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost
}

export function isTaken(value: number | null): value is number {
  return value !== null && Number.isFinite(value)
}

export function goalText(goal: Goal): string {
  if (goal === 'reported') return 'reported'
  return 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`
}

/** The lines of a row that could not be measured. */
export function notRun({ figures }: Pick<Row, 'figures'>, why: string): readonly Line[] {
  return figures.map((figure) => ({ ...figure, value: null, note: `not run: ${why}` }))
}
