import type { Operation } from '../history/history.js'

/** A period in which a fact certainly does not hold, and the operation that ended it. */
export interface OffPeriod {
  readonly fromMs: number
  readonly toMs: number
  readonly by: Operation
}

const LIMITS = {
  /**
   * A request that was not answered may be carried out as late as this: by a management that was frozen, or from its
   * queue. Longer than any fault lasts.
   */
  lateMs: 30_000,
} as const

/**
 * A fact is off from the answer that ended it to the first moment at which something may have begun it again. Only
 * certain periods are claimed.
 */
export function offPeriods(operations: readonly Operation[]): ReadonlyMap<string, readonly OffPeriod[]> {
  const begun = byFact(operations, ({ begins }) => begins)
  const periods = new Map<string, OffPeriod[]>()
  for (const [fact, enders] of byFact(operations, ({ ends }) => ends)) {
    const beginners = (begun.get(fact) ?? []).filter(({ outcome }) => outcome !== 'refused')
    const found = enders
      .filter(({ outcome }) => outcome === 'done')
      .map((by) => ({ by, fromMs: certainFrom(by, beginners), toMs: beganAgain(by, beginners) }))
      .filter(({ fromMs, toMs }) => fromMs < toMs)
    periods.set(fact, found)
  }
  return periods
}

function certainFrom(ender: Operation, beginners: readonly Operation[]): number {
  const late = beginners
    .filter(({ outcome, startMs }) => outcome === 'unknown' && startMs <= ender.endMs)
    .map(({ startMs }) => startMs + LIMITS.lateMs)
  return Math.max(ender.endMs, ...late)
}

function beganAgain(ender: Operation, beginners: readonly Operation[]): number {
  const later = beginners.map(({ startMs }) => startMs).filter((startMs) => startMs >= ender.startMs)
  return Math.min(Number.POSITIVE_INFINITY, ...later)
}

function byFact(
  operations: readonly Operation[],
  factsOf: (operation: Operation) => readonly string[],
): Map<string, Operation[]> {
  const found = new Map<string, Operation[]>()
  for (const operation of operations) {
    for (const fact of factsOf(operation)) {
      const known = found.get(fact)
      if (known === undefined) found.set(fact, [operation])
      else known.push(operation)
    }
  }
  return found
}
