import type { History, InjectedFault, Operation } from '../history/history.js'
import { returnedMs } from './felt-faults.js'
import { seconds, type Violation } from './violation.js'

const LIMITS = {
  /** What a writer waits beyond the horizon (`withMargin` of management's feed). */
  marginMs: 1_000,
  marginShare: 0.01,
  /** From the answer of the registry to the first look after the horizon: two readings of Postgres, on a busy machine. */
  readMs: 500,
  /** Around the wait: two databases, the vault, and what stands before it in the queue of a busy machine. */
  workMs: 2_500,
} as const

/** What a change waits for besides proxies: while one of these is broken, its writer may have to stand still. */
const HOLDS_WRITERS: readonly string[] = ['management', 'vault', 'postgres', 'kms']

/**
 * A change is answered within the horizon and its margin, however dead a proxy is. For as long as something is broken that
 * its writer itself needs, it may stand still, and not a moment longer.
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

/** For how much of the operation one or another of them lasted. */
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
