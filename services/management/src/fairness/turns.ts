import { createFairQueue } from '@protectmyapi/service-kit/fairness/fair-queue'
import { Fault } from '@protectmyapi/service-kit/faults'

/** Until some of those who wait have had their turn. */
const WAIT = { retryAfterSeconds: 2 } as const

export interface TurnLimits {
  readonly atOnce: number
  /** Behind them; then a refusal, not a queue without end. */
  readonly waitingMax: number
  /** Of one owner; all of them unless said. */
  readonly waitingPerOwnerMax?: number
}

/**
 * Work that takes what others need as well, so much of it at once. Who waits holds nothing but a place here, and owners
 * take turns: one's flood is not another's wait.
 */
export interface Turns {
  /** @throws Fault UNAVAILABLE where too many wait; RATE_LIMITED where too many of this owner do; what the work throws. */
  take<Result>(owner: string, work: () => Promise<Result>): Promise<Result>
}

/** @param what are taken in turns, for the log. */
export function createTurns(what: string, { atOnce, waitingMax, waitingPerOwnerMax = waitingMax }: TurnLimits): Turns {
  const waiting = createFairQueue<() => void>()
  let running = 0

  /** Undefined where there is nothing to wait for. */
  function begin(owner: string): Promise<void> | undefined {
    if (running < atOnce) {
      running += 1
      return undefined
    }
    if (waiting.size >= waitingMax) throw new Fault('UNAVAILABLE', `too many ${what} at once`, WAIT)
    if (waiting.of(owner) >= waitingPerOwnerMax)
      throw new Fault('RATE_LIMITED', `too many ${what} of one owner at once`, WAIT)
    return new Promise((resolve) => waiting.add(owner, resolve))
  }

  /** The place is handed over, so that nobody can slip in between. */
  function end(): void {
    const [next] = waiting.take(1)
    if (next) next()
    else running -= 1
  }

  return {
    async take(owner, work) {
      const turn = begin(owner)
      if (turn) await turn
      try {
        return await work()
      } finally {
        end()
      }
    },
  }
}
