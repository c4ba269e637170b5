import type { History } from '../history/history.js'
import { triedInVain } from './find-stale.js'
import type { Violation } from './violation.js'

const LIMITS = {
  /** A system that refuses everything keeps every promise but that of being of use. */
  injectedMin: 500,
  /** What was taken away has to be tried, or nothing is shown of it. */
  triedMin: 100,
  changedMin: 20,
} as const

/** A run that shows nothing, because too little went through, was tried, changed or broken. @param dealt failures that the seed has. */
export function findIdleness(history: History, dealt: number): Violation[] {
  const counts = [
    { what: 'requests were injected', count: history.injections.length, min: LIMITS.injectedMin },
    { what: 'requests rested on what had been taken away', count: triedInVain(history), min: LIMITS.triedMin },
    {
      what: 'changes were answered',
      count: history.operations.filter(({ outcome }) => outcome === 'done').length,
      min: LIMITS.changedMin,
    },
    // Whatever there was no time for was not shown.
    { what: 'failures were played', count: history.faults.length, min: dealt },
  ]
  return counts
    .filter(({ count, min }) => count < min)
    .map(({ what, count, min }) => ({ kind: 'nothing shown', says: `${count} ${what}, and ${min} have to be` }))
}
