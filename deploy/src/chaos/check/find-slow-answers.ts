import type { History, InjectedFault, Operation } from '../history/history.js'
import { returnedMs } from './felt-faults.js'
import { seconds, type Violation } from './violation.js'

const LIMITS = {
  /** What a writer waits beyond the horizon (`withMargin` of management's feed). */
  marginMs: 1_000,
  marginShare: 0.01,
  /** From the registry's answer to the first look after the horizon: two queries to Postgres, on a busy machine. */
  readMs: 500,
  /** Time around the wait: two databases, the vault, and what is ahead of the change in the queue of a busy machine. */
  workMs: 2_500,
} as const

/** What a change depends on besides proxies: while one of these is broken, the change may stall. */
const HOLDS_WRITERS: readonly string[] = ['management', 'vault', 'postgres', 'kms']

/**
 * A change is answered within the horizon and its margin, even if a proxy is dead. It may take longer only by the time
 * for which something that its writer needs was broken.
 */
export function findSlowAnswers({ operations, faults }: History, horizonMs: number): Violation[] {
  const boundMs = horizonMs * (1 + LIMITS.marginShare) + LIMITS.marginMs
  const holding = faults.filter(({ target }) => HOLDS_WRITERS.some((word) => target.startsWith(word)))
  return operations.flatMap((operation): Violation[] => {
    if (operation.management === '') return []
    const { kind, target, startMs, endMs, waitedMs } = operation
    const heldMs = heldUpMs(operation, holding)
    const tookMs = endMs - startMs
    const isWaitLong = waitedMs > boundMs + heldMs + LIMITS.readMs
    if (!isWaitLong && tookMs <= boundMs + heldMs + LIMITS.workMs) return []
    const how = `took ${seconds(tookMs)} and waited ${seconds(waitedMs)} of it for proxies`
    const allowed = `allowed are ${seconds(boundMs)}, and ${seconds(heldMs)} for what was broken`
    return [{ kind: 'slow answer', says: `"${kind}" of ${target} at ${seconds(startMs)} ${how}; ${allowed}` }]
  })
}

/** For how much of the operation at least one of the faults lasted. */
function heldUpMs({ startMs, endMs }: Operation, faults: readonly InjectedFault[]): number {
  let upTo = startMs
  let heldMs = 0
  for (const fault of [...faults].sort((one, other) => one.startMs - other.startMs)) {
    const from = Math.max(upTo, fault.startMs)
    const to = Math.min(endMs, returnedMs(fault))
    if (to <= from) continue
    heldMs += to - from
    upTo = to
  }
  return heldMs
}
