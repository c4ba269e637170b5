import { z } from 'zod'
import { shown } from './report.js'
import { goalText, holds, isTaken, type Line } from './row.js'

const Result = z.object({
  name: z.string(),
  value: z.number().nullable(),
  unit: z.string(),
  goal: z.string(),
  holds: z.boolean(),
  note: z.string(),
  /** ISO 8601. */
  measuredAt: z.string(),
  /** The output of `git describe --always --dirty`; null outside of a repository. */
  commit: z.string().nullable(),
})

/** An entry of `.local/bench.json`. */
export type Result = z.output<typeof Result>

export function resultsOf(lines: readonly Line[], run: Pick<Result, 'measuredAt' | 'commit'>): readonly Result[] {
  return lines.map((line) => ({
    name: line.what,
    value: isTaken(line.value) ? Number(shown(line.value)) : null,
    unit: line.unit,
    goal: goalText(line.goal),
    holds: holds(line),
    note: line.note,
    ...run,
  }))
}

/** The results of earlier runs. A file of another shape counts as empty. */
export function parseResults(text: string): readonly Result[] {
  try {
    return z.array(Result).parse(JSON.parse(text))
  } catch {
    return []
  }
}

/**
 * Merges results in the order of `names`. A new measurement replaces the old one, and results whose name no longer
 * exists are dropped.
 */
export function mergeResults(
  known: readonly Result[],
  fresh: readonly Result[],
  names: readonly string[],
): readonly Result[] {
  const byName = new Map([...known, ...fresh].map((result) => [result.name, result]))
  return names.flatMap((name) => byName.get(name) ?? [])
}
