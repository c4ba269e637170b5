import { goalText, holds, type Line } from './row.js'

/** What `.local/bench.json` holds. */
export interface Reported {
  readonly name: string
  readonly value: number | null
  readonly unit: string
  readonly goal: string
  readonly holds: boolean
}

export function reported(lines: readonly Line[]): readonly Reported[] {
  return lines.map((line) => ({
    name: line.what,
    value: line.value === null ? null : Number(shown(line.value)),
    unit: line.unit,
    goal: goalText(line.goal),
    holds: holds(line),
  }))
}

/** The table, one line a figure. */
export function tableOf(lines: readonly Line[]): string {
  const rows = [
    ['', 'what', 'value', 'unit', 'goal', 'range, notes'],
    ...lines.map((line) => [
      holds(line) ? '✓' : '✗',
      line.what,
      line.value === null ? '–' : shown(line.value),
      line.unit,
      goalText(line.goal),
      line.note,
    ]),
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Three figures of what is small, none behind the point of what is large. */
export function shown(value: number): string {
  if (value >= 1_000) return value.toFixed(0)
  return value >= 100 ? value.toFixed(1) : String(Number(value.toPrecision(3)))
}
