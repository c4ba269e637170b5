import type { Figures, Sent } from './figures.js'
import type { Outage } from './outage.js'
import type { Readiness } from './watch-readiness.js'

const PROMISED = {
  /** Everything is served again this soon after the part has returned (README, promise 21). */
  backInMs: 5_000,
  /**
   * The share of the horizon that must remain: when the outage begins, a third may be used up between two Syncs, and
   * the machine is busy.
   */
  servedShare: 0.6,
  /** Where nothing may be served any more, only requests admitted at the beginning may still be. */
  lastAdmittedMs: 1_000,
  /** Refusals come "at once"… */
  refusedInMs: 1_000,
  /**
   * …unless each one first asks a management that does not answer: then they come after that call's deadline of three
   * seconds.
   */
  refusedBySilenceInMs: 3_500,
  /** A request for what the proxy does not hold has four seconds, in up to three attempts. */
  coldInMs: 5_000,
  /**
   * Prevents a rush: the most connections in the first second from each process that uses the part. A pool of Postgres
   * has 20, and one more listens.
   */
  knocksPerLink: 32,
} as const

/** One outage at one horizon, and its results. */
export interface Result {
  readonly outage: Omit<Outage, 'links' | 'gone'> & { readonly links: readonly unknown[] }
  readonly horizonMs: number
  /** The figures of all proxies together, for the table. */
  readonly figures: Figures
  readonly byProxy: readonly Figures[]
  /** Requests during the outage for what no proxy held, one to each proxy. */
  readonly cold: readonly Sent[]
  /** Connections requested in the second after the return, by all processes that use the part. */
  readonly knocks: number
  readonly readiness: Readiness
}

/** The promises that were broken, in words; empty where none was. Pure. */
export function broken(result: Result): readonly string[] {
  const { outage, cold, knocks, readiness } = result
  const said = result.byProxy.flatMap((figures, number) =>
    brokenBy(result, figures).map((words) => `proxy ${number + 1} ${words}`),
  )
  for (const { status, startMs, endMs } of cold) {
    if (!isExpected(outage.cold, status)) said.push(`cold: answered ${status}`)
    if (endMs - startMs > PROMISED.coldInMs) said.push('cold: waited for')
  }
  if (readiness.looks === 0) said.push('readiness was not looked at')
  if (readiness.nobody > 0)
    said.push(`no proxy said that it is ready, at ${readiness.nobody} of ${readiness.looks} looks`)
  if (knocks > PROMISED.knocksPerLink * outage.links.length) said.push(`met by ${knocks} connections in a second`)
  return said
}

function brokenBy({ outage, horizonMs }: Result, figures: Figures): readonly string[] {
  const { requests, servedForMs, lastServedMs, refusedInMs, strange, backInMs } = figures
  const span = spanOf(outage, horizonMs)
  const refusalMs = outage.refusals === 'after a deadline' ? PROMISED.refusedBySilenceInMs : PROMISED.refusedInMs
  const said: string[] = []
  if (requests === 0) said.push('was asked for nothing')
  if (servedForMs !== undefined && servedForMs < span.fromMs) said.push(`served for ${servedForMs.toFixed(0)} ms only`)
  if ((lastServedMs ?? 0) > span.toMs) said.push(`served after ${(lastServedMs ?? 0).toFixed(0)} ms still`)
  if ((refusedInMs ?? 0) > refusalMs) said.push('had refusals waited for')
  if (strange > 0) said.push(`answered ${strange} neither with 200 nor with 503`)
  if (backInMs > PROMISED.backInMs) said.push('was back too late')
  return said
}

/** For how long a proxy must go on serving, and after how long it must not serve any more. */
function spanOf({ serves }: Result['outage'], horizonMs: number): { fromMs: number; toMs: number } {
  switch (serves) {
    case 'all the time':
      return { fromMs: Number.POSITIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }
    case 'until the horizon':
      return { fromMs: horizonMs * PROMISED.servedShare, toMs: horizonMs }
    case 'nothing':
      return { fromMs: 0, toMs: PROMISED.lastAdmittedMs }
  }
}

function isExpected(cold: Outage['cold'], status: number): boolean {
  if (cold === 'either') return status === 200 || status === 503
  return status === (cold === 'served' ? 200 : 503)
}

/**
 * For outages during which everything should be served: the number of requests while parts were away, and how many were
 * served.
 */
export function servedThroughout(results: readonly Pick<Result, 'outage' | 'figures'>[]): string {
  const throughout = results.filter(({ outage }) => outage.serves === 'all the time')
  const sum = (of: 'served' | 'requests'): number => throughout.reduce((total, { figures }) => total + figures[of], 0)
  return `${sum('served')} of ${sum('requests')} served where everything goes on`
}

/** The table for people and for docs/operations.md. */
export function table(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { outage, horizonMs, figures, byProxy, cold, knocks } = result
    const seconds = (ms: number | undefined, none: string): string =>
      ms === undefined ? none : `${(ms / 1_000).toFixed(1)} s`
    const cells = [
      `${outage.name} ${outage.manner}, ${outage.holdMs / 1_000} s`,
      `${horizonMs / 1_000} s`,
      `${figures.served} of ${figures.requests}`,
      byProxy.map(({ servedForMs }) => seconds(servedForMs, 'all the time')).join(', '),
      byProxy.map(({ lastServedMs }) => seconds(lastServedMs, 'none')).join(', '),
      figures.refusedInMs === undefined ? '–' : `${figures.refusedInMs.toFixed(0)} ms`,
      seconds(figures.longestMs, '–'),
      cold.map(({ status, startMs, endMs }) => `${status} in ${(endMs - startMs).toFixed(0)} ms`).join(', '),
      seconds(figures.backInMs, '–'),
      String(knocks),
      broken(result).join('; ') || '✓',
    ]
    return `| ${cells.join(' | ')} |`
  })
  const head = [
    ...['away', 'horizon', 'served', 'each for', 'last served', 'refused in, p99', 'longest', 'cold'],
    ...['back in', 'knocks', ''],
  ]
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows].join('\n')
}
