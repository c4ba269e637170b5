/** One request, and how it ended; milliseconds of one clock. */
export interface Sent {
  /** Its number, from 0. */
  readonly proxy: number
  readonly startMs: number
  readonly endMs: number
  /** 0 where no whole answer came. */
  readonly status: number
}

/** When it was away. */
export interface Away {
  readonly fromMs: number
  readonly toMs: number
}

/** What clients felt of one outage. */
export interface Figures {
  /** Of what started while it was away. */
  readonly requests: number
  readonly served: number
  /** From its beginning to the start of the first request that was not served; undefined where all were. */
  readonly servedForMs: number | undefined
  /** From its beginning to the start of the last request that was served; undefined where none was. */
  readonly lastServedMs: number | undefined
  /** Of those that were refused: how long 99 of 100 waited for it. */
  readonly refusedInMs: number | undefined
  readonly longestMs: number
  /** Neither served nor refused with 503. */
  readonly strange: number
  /** From its return to the start of the last request that was not served; 0 where all were. */
  readonly backInMs: number
}

/** Pure. */
export function figuresOf(sent: readonly Sent[], { fromMs, toMs }: Away): Figures {
  const during = sent.filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
  const after = sent.filter(({ startMs }) => startMs >= toMs)
  const isServed = ({ status }: Sent): boolean => status === 200
  const missed = during.filter((one) => !isServed(one))
  const refused = during.filter(({ status }) => status === 503).map(lengthOf)
  const lastMissed = after.filter((one) => !isServed(one)).at(-1)
  return {
    requests: during.length,
    served: during.length - missed.length,
    servedForMs: missed.length === 0 ? undefined : Math.min(...missed.map(({ startMs }) => startMs)) - fromMs,
    lastServedMs:
      missed.length === during.length
        ? undefined
        : Math.max(...during.filter(isServed).map(({ startMs }) => startMs)) - fromMs,
    refusedInMs: refused.length === 0 ? undefined : percentile(refused, 0.99),
    longestMs: Math.max(0, ...during.map(lengthOf)),
    strange: [...during, ...after].filter(({ status }) => status !== 200 && status !== 503).length,
    backInMs: lastMissed === undefined ? 0 : lastMissed.endMs - toMs,
  }
}

/** The same of each proxy by itself: what one does is not seen where the other one does it sooner. */
export function figuresByProxy(sent: readonly Sent[], proxies: number, away: Away): readonly Figures[] {
  return Array.from({ length: proxies }, (_, number) =>
    figuresOf(
      sent.filter(({ proxy }) => proxy === number),
      away,
    ),
  )
}

const lengthOf = ({ startMs, endMs }: Sent): number => endMs - startMs

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
