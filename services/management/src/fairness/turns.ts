import { createFairQueue } from '@protectmyapi/service-kit/fairness/fair-queue'
import { Fault } from '@protectmyapi/service-kit/faults'

/** By then some of those who wait have had their turn. */
const WAIT = { retryAfterSeconds: 2 } as const

export interface TurnLimits {
  readonly atOnce: number
  /** How many may wait behind them. More are refused, so that the queue has a bound. */
  readonly waitingMax: number
  /** How many of one owner may wait; `waitingMax` by default. */
  readonly waitingPerOwnerMax?: number
}

/**
 * Bounds how much work that uses a shared resource runs at once. Work that waits holds nothing but a place in this
 * queue, and owners take turns, so that one owner's flood does not delay the others.
 */
export interface Turns {
  /** @throws Fault UNAVAILABLE if too many wait; RATE_LIMITED if too many of this owner do; what the work throws. */
  take<Result>(owner: string, work: () => Promise<Result>): Promise<Result>
}

/** @param what names, for the log, what is taken in turns. */
export function createTurns(what: string, { atOnce, waitingMax, waitingPerOwnerMax = waitingMax }: TurnLimits): Turns {
  const waiting = createFairQueue<() => void>()
  let running = 0

  /** Returns undefined if there is nothing to wait for. */
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

  /** Hands the place directly to the next in the queue, so that nobody can slip in between. */
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
