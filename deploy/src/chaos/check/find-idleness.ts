import type { History } from '../history/history.js'
import { triedInVain } from './find-stale.js'
import type { Violation } from './violation.js'

const LIMITS = {
  /** A system that refuses everything would break no promise except that of being useful. */
  injectedMin: 500,
  /** Credentials that were taken away have to be tried, or the run shows nothing about them. */
  triedMin: 100,
  changedMin: 20,
} as const

/**
 * Finds a run that shows nothing, because too little went through, was tried, changed or broken. @param dealt number of
 * failures in the seed.
 */
export function findIdleness(history: History, dealt: number): Violation[] {
  const counts = [
    { what: 'requests were injected', count: history.injections.length, min: LIMITS.injectedMin },
    { what: 'requests rested on what had been taken away', count: triedInVain(history), min: LIMITS.triedMin },
    {
      what: 'changes were answered',
      count: history.operations.filter(({ outcome }) => outcome === 'done').length,
      min: LIMITS.changedMin,
    },
    // A failure that there was no time for has shown nothing.
    { what: 'failures were played', count: history.faults.length, min: dealt },
  ]
  return counts
    .filter(({ count, min }) => count < min)
    .map(({ what, count, min }) => ({ kind: 'nothing shown', says: `${count} ${what}, and ${min} have to be` }))
}
