import { fact } from '../history/facts.js'
import type { Operation, SentRequest } from '../history/history.js'

const LIMITS = {
  /**
   * After signing keys were ended: by then the other management has learned of the new keys as well, and so have the
   * proxies that ask it.
   */
  otherKeysMs: 2_000,
} as const

/**
 * A change that happens while a request is under way may have the request refused or its answer cut off, because from
 * then on the new state applies. A change of an app or a service affects everything that rests on it, including
 * sessions where the app's token was replaced, because the feed has one row for all of it.
 */
export function isOvertaken({ rests, startMs, endMs }: SentRequest, operations: readonly Operation[]): boolean {
  return operations.some((operation) => {
    const { target, ends, begins } = operation
    const isOfKeys = ends.some((one) => one.startsWith('session-keys:'))
    const untilMs = operation.endMs + (isOfKeys ? LIMITS.otherKeysMs : 0)
    if (operation.startMs > endMs || untilMs < startMs) return false
    // A client does not know which value its request rests on, so a change of any value counts.
    if (isOfKeys || rests.includes(fact('app', target)) || rests.includes(fact('service', target))) return true
    return [...ends, ...begins].some((one) => rests.includes(one) || one.startsWith('value:'))
  })
}
