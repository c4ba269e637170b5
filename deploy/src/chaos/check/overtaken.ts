import type { Operation, SentRequest } from '../history/history.js'

const LIMITS = {
  /**
   * After signing keys were ended: a management that was not asked has another one by then, and so have the proxies that
   * hear of it from that one.
   */
  otherKeysMs: 2_000,
} as const

/**
 * What changes while a request is under way may send it away, or end its answer: another one is served by what is in force
 * then.
 */
export function isOvertaken({ rests, startMs, endMs }: SentRequest, operations: readonly Operation[]): boolean {
  return operations.some((operation) => {
    const { ends, begins } = operation
    const isOfKeys = ends.some((fact) => fact.startsWith('session-keys:'))
    const untilMs = operation.endMs + (isOfKeys ? LIMITS.otherKeysMs : 0)
    if (operation.startMs > endMs || untilMs < startMs) return false
    // Which value it rests on a client does not know.
    return isOfKeys || [...ends, ...begins].some((fact) => rests.includes(fact) || fact.startsWith('value:'))
  })
}
