import { fact } from '../history/facts.js'
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
 * then. A change of an app or a service is one for all that rests on it, sessions where the app's token was replaced too:
 * the feed has one row for it.
 */
export function isOvertaken({ rests, startMs, endMs }: SentRequest, operations: readonly Operation[]): boolean {
  return operations.some((operation) => {
    const { target, ends, begins } = operation
    const isOfKeys = ends.some((one) => one.startsWith('session-keys:'))
    const untilMs = operation.endMs + (isOfKeys ? LIMITS.otherKeysMs : 0)
    if (operation.startMs > endMs || untilMs < startMs) return false
    // Which value it rests on a client does not know.
    if (isOfKeys || rests.includes(fact('app', target)) || rests.includes(fact('service', target))) return true
    return [...ends, ...begins].some((one) => rests.includes(one) || one.startsWith('value:'))
  })
}
