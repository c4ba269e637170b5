import type { InjectedFault, SentRequest } from '../history/history.js'

const LIMITS = {
  /**
   * An admitted entry is in Redis and in the memory of its proxy until it is drained or, after five seconds, handed to
   * management, which may take another five (docs/operations.md, "What two failures can lose").
   */
  inTwoPlacesMs: 10_000,
} as const

/**
 * Kinds of faults after which Redis has lost its data or a part of it: at least what it had not yet given to the
 * kernel.
 */
const FORGETS: ReadonlySet<string> = new Set(['lost', 'flushed', 'failed over', 'killed'])

/** While one of these is broken, entries are neither drained nor accepted when a proxy hands them over. */
const WRITES_DOWN: readonly string[] = ['management', 'postgres', 'redis']

/**
 * Whether the record of this request may be lost, because both places that held it were lost before it was in Postgres.
 */
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
