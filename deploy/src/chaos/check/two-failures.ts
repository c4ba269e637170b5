import type { InjectedFault, SentRequest } from '../history/history.js'

const LIMITS = {
  /**
   * What is admitted is in Redis and in the memory of its proxy until it is drained, or, after five seconds, handed to
   * management, which takes as long again on a bad day (docs/operations.md, "What two failures can lose").
   */
  inTwoPlacesMs: 10_000,
} as const

/** After these Redis has forgotten what it had, or some of it: what it had not yet given to the kernel, at least. */
const FORGETS: ReadonlySet<string> = new Set(['lost', 'flushed', 'failed over', 'killed'])

/** While one of these is broken nobody drains, and nobody takes what is handed over. */
const WRITES_DOWN: readonly string[] = ['management', 'postgres', 'redis']

/** Whether the record of this request may be lost: both places in which it was went before it was in Postgres. */
export function losesToTwo(faults: readonly InjectedFault[], { proxy, startMs, endMs }: SentRequest): boolean {
  const heldUpMs = faults
    .filter(({ target }) => WRITES_DOWN.some((word) => target.startsWith(word)) || target.startsWith(`${proxy}→`))
    .filter((fault) => fault.endMs >= startMs && fault.startMs <= endMs + LIMITS.inTwoPlacesMs)
    .reduce((sum, fault) => sum + (fault.endMs - Math.max(fault.startMs, startMs)), 0)
  const untilMs = endMs + LIMITS.inTwoPlacesMs + heldUpMs
  const began = faults.filter((fault) => fault.startMs <= untilMs)
  const forgot = began.some(({ target, kind, endMs: to }) => target === 'redis' && FORGETS.has(kind) && to >= startMs)
  return (
    forgot && began.some(({ target, kind, startMs: from }) => target === proxy && kind === 'killed' && from >= startMs)
  )
}
