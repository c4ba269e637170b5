import type { Labels } from '../../src/telemetry/find-metric-faults.js'

/** A series as `/metrics` shows it; its name is the label `__name__`. */
export interface ExposedSeries {
  readonly labels: Labels
  readonly value: number
}

/** Parses a page in the exposition format, one series a line. @throws Error for a line that is no series. */
export function exposedSeries(page: string): readonly ExposedSeries[] {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [, name, braces = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined) throw new Error(`no series: ${line}`)
    const labels = [...braces.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
    const named = Object.fromEntries(labels.map(([, label = '', text = '']) => [label, text] as const))
    return { labels: { ...named, __name__: name }, value: Number(value) }
  })
}
