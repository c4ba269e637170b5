import type { Figures } from './figures.js'
import type { Outage } from './outage.js'

const PROMISED = {
  /** Everything is served again so soon after the return (README, promise 21). */
  backInMs: 5_000,
  /** Of the horizon: its third between two Syncs may be spent when the outage begins, and the machine is busy. */
  servedShare: 0.6,
  /** Refusals come "at once". */
  refusedInMs: 1_000,
  /** No herd: of each process that uses it, in the first second. A pool of Postgres has 20, and one listens. */
  knocksPerLink: 32,
} as const

/** One outage at one horizon, and what came of it. */
export interface Result {
  readonly outage: Pick<Outage, 'name' | 'manner' | 'serves' | 'holdMs' | 'links'>
  readonly horizonMs: number
  readonly figures: Figures
  /** Connections that were asked for in the second after its return, by all who use it. */
  readonly knocks: number
}

/** What was promised and did not come, in words; empty where all came. Pure. */
export function broken({ outage, horizonMs, figures, knocks }: Result): readonly string[] {
  const { requests, servedForMs, refusedInMs, strange, backInMs } = figures
  const until = outage.serves === 'all the time' ? outage.holdMs : horizonMs * PROMISED.servedShare
  const said: string[] = []
  if (requests === 0) said.push('nothing was asked')
  if (servedForMs !== undefined && servedForMs < until) said.push(`served for ${servedForMs.toFixed(0)} ms only`)
  if (outage.serves === 'until the horizon' && servedForMs === undefined) said.push('the horizon was not kept')
  if (servedForMs !== undefined && servedForMs > horizonMs) said.push('served past the horizon')
  if ((refusedInMs ?? 0) > PROMISED.refusedInMs) said.push('refusals were waited for')
  if (strange > 0) said.push(`${strange} neither served nor refused with 503`)
  if (backInMs > PROMISED.backInMs) said.push('back too late')
  if (knocks > PROMISED.knocksPerLink * outage.links.length) said.push(`met by ${knocks} connections in a second`)
  return said
}

/** For people and for docs/operations.md. */
export function table(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { outage, horizonMs, figures, knocks } = result
    const seconds = (ms: number | undefined, none: string): string =>
      ms === undefined ? none : `${(ms / 1_000).toFixed(1)} s`
    const cells = [
      `${outage.name} ${outage.manner}, ${outage.holdMs / 1_000} s`,
      `${horizonMs / 1_000} s`,
      `${figures.served} of ${figures.requests}`,
      seconds(figures.servedForMs, 'all the time'),
      figures.refusedInMs === undefined ? '–' : `${figures.refusedInMs.toFixed(0)} ms`,
      seconds(figures.longestMs, '–'),
      seconds(figures.backInMs, '–'),
      String(knocks),
      broken(result).join('; ') || '✓',
    ]
    return `| ${cells.join(' | ')} |`
  })
  const head = ['away', 'horizon', 'served', 'for', 'refused in, p99', 'longest', 'back in', 'knocks', '']
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows].join('\n')
}
