import { createFairQueue } from '@protectmyapi/service-kit/fairness/fair-queue'

const LIMITS = {
  /**
   * Requests that begin in one event-loop turn, some 1 ms of work. Everything in this process waits for a turn four or
   * five times on its way (its head, Redis, the provider, the answer).
   */
  perTurn: 4,
  /**
   * The same while connections come: libuv accepts one a turn, and its organization is known only once it has sent
   * something.
   */
  perTurnConnecting: 1,
  /** An organization that has begun fewer than this many in the turn does not wait: another's queue is not its own. */
  perOwner: 2,
  /** After the last change of organization, this many turns count as shared. */
  sharedTurns: 256,
} as const

/**
 * Keeps turns of the event loop short, and shares them out among organizations: one that floods waits in its own queue
 * and does not add to anybody else's wait. While only one organization asks, it begins everything it has, because short
 * turns would cost it a fifth. The crowd bounds how many wait.
 */
export interface Turnstile {
  /** Undefined where there is nothing to wait for. */
  pass(owner: string): Promise<void> | undefined
  /** A connection was accepted: there may be more. */
  connected(): void
  /** Whether more than one organization has asked recently. */
  isShared(): boolean
}

interface Waiting {
  readonly owner: string
  begin(): void
}

/** @param endOfTurn runs a function at the end of this turn, and not before. */
export function createTurnstile(
  endOfTurn: (run: () => void) => void = (run) => void setImmediate(run),
  { perTurn, perTurnConnecting, perOwner, sharedTurns }: Readonly<Record<keyof typeof LIMITS, number>> = LIMITS,
): Turnstile {
  const waiting = createFairQueue<Waiting>()
  const begun = new Map<string, number>()
  let total = 0
  let room = Number.POSITIVE_INFINITY
  let hasConnected = false
  let lastOwner: string | undefined
  /** How many more turns count as shared. */
  let shared = 0

  function nextTurn(): void {
    begun.clear()
    total = 0
    if (shared > 0) shared -= 1
    room = hasConnected ? perTurnConnecting : shared > 0 ? perTurn : Number.POSITIVE_INFINITY
    hasConnected = false
    // What is left of the room is for requests that come in the next turn.
    for (const { owner, begin } of waiting.take(room)) {
      count(owner)
      begin()
    }
  }

  function count(owner: string): void {
    if (total === 0) endOfTurn(nextTurn)
    if (owner !== lastOwner) {
      if (lastOwner !== undefined) shared = sharedTurns
      lastOwner = owner
    }
    total += 1
    begun.set(owner, (begun.get(owner) ?? 0) + 1)
  }

  return {
    pass(owner) {
      const mayBegin = total < room || (begun.get(owner) ?? 0) < perOwner
      if (mayBegin && waiting.of(owner) === 0) {
        count(owner)
        return undefined
      }
      return new Promise((begin) => waiting.add(owner, { owner, begin }))
    },
    connected() {
      hasConnected = true
    },
    isShared: () => shared > 0,
  }
}
