import { goalText, holds, isTaken, type Line } from './row.js'

/** The table, one line for each figure. */
export function tableOf(lines: readonly Line[]): string {
  const rows = [
    ['', 'what', 'value', 'unit', 'goal', 'range, notes'],
    ...lines.map((line) => [
      holds(line) ? '✓' : '✗',
      line.what,
      isTaken(line.value) ? shown(line.value) : '–',
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

export interface Verdict {
  /** Whether every figure was taken and every goal holds. */
  readonly isWell: boolean
  /** States how many goals hold, and which do not. */
  readonly text: string
}

export function verdictOf(lines: readonly Line[]): Verdict {
  const judged = lines.filter(({ goal }) => goal !== 'reported')
  const missed = lines.filter((line) => isTaken(line.value) && !holds(line))
  const absent = lines.filter(({ value }) => !isTaken(value))
  const parts = [
    `${judged.filter(holds).length} of ${judged.length} goals hold.`,
    ...listed('Missed', missed),
    ...listed('Not run', absent),
  ]
  return { isWell: lines.every(holds), text: parts.join(' ') }
}

function listed(word: string, lines: readonly Line[]): readonly string[] {
  return lines.length === 0 ? [] : [`${word}: ${lines.map(({ what }) => what).join('; ')}.`]
}

/** Three significant figures for small values, and no decimals for large ones. */
export function shown(value: number): string {
  if (value >= 1_000) return value.toFixed(0)
  return value >= 100 ? value.toFixed(1) : String(Number(value.toPrecision(3)))
}
