/** One request, and how it ended; in milliseconds of one clock. */
export interface Sent {
  /** The number of the proxy, from 0. */
  readonly proxy: number
  readonly startMs: number
  readonly endMs: number
  /** 0 where no whole answer came. */
  readonly status: number
}

/** When the part was away. */
export interface Away {
  readonly fromMs: number
  readonly toMs: number
}

/** What clients felt of one outage. */
export interface Figures {
  /** The number of requests that started during the outage. */
  readonly requests: number
  readonly served: number
  /**
   * From the beginning of the outage to the start of the first request that was not served; undefined where all were.
   */
  readonly servedForMs: number | undefined
  /** From the beginning of the outage to the start of the last request that was served; undefined where none was. */
  readonly lastServedMs: number | undefined
  /** How long 99 of 100 refused requests waited for their refusal at most. */
  readonly refusedInMs: number | undefined
  readonly longestMs: number
  /** Requests that were neither served nor refused with 503. */
  readonly strange: number
  /** From the end of the outage to the start of the last request that was not served; 0 where all were. */
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

/** The figures of each proxy alone, because in the joint figures a faster proxy can hide a slower one. */
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
