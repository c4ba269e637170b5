import type { Clock } from '@protectmyapi/service-kit/clock'
import { createOwnerCounts } from '@protectmyapi/service-kit/fairness/owner-counts'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Tally } from '@protectmyapi/service-kit/telemetry/instruments'
import { NO_MEASURES } from '../telemetry/proxy-measures.js'
import type { LoopDelay } from './loop-delay.js'

const LIMITS = {
  /** Whether the loop is late or not: who waits is waiting for management, a vault or Redis. */
  waiting: { totalMax: 4_096, perOwnerMax: 1_024 },
  /**
   * While the loop is late: what is let in beyond this makes everybody wait, Redis's answers among them. A burst of some
   * hundreds is let in, also on a machine that is busy with something else.
   */
  late: { totalMax: 512, perOwnerMax: 384 },
  /** An organization that has no more than so many is let in all the same: another's flood is not its own. */
  perOwnerMin: 8,
  /** As many refusals as there is time for beside those who are served: more, and clients are told to stay away longer. */
  refusalsPerSecond: 1_000,
  restSecondsMax: 8,
} as const

/** Requests in this process's own hands: let in, and not yet on their way to the provider. */
export interface Crowd {
  /**
   * Answers how to leave, which may be done twice.
   *
   * @throws TooCrowded where this would be one too many.
   */
  enter(owner: string): () => void
  /** How many there are. */
  readonly size: number
}

/** Who asks again at once would be refused at the price of who is served: so the connection rests as the client is told to. */
export class TooCrowded extends Fault {
  readonly restMs: number

  constructor(restSeconds: number) {
    super('UNAVAILABLE', 'more is asked at once than this process can do', {
      say: 'More is asked at once than can be served. Try again as Retry-After says.',
      retryAfterSeconds: restSeconds,
    })
    this.restMs = restSeconds * 1_000
  }
}

/** Made before: an overload is no time to trace stacks. */
const REFUSALS = Array.from({ length: LIMITS.restSecondsMax }, (_, index) => new TooCrowded(index + 1))
const LONGEST = new TooCrowded(LIMITS.restSecondsMax)

interface Deps {
  readonly loop: Pick<LoopDelay, 'isLate'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Pick<Logger, 'warn'>
  readonly refusals?: Tally<'refused'>
}

export function createCrowd({ loop, clock, log, refusals = NO_MEASURES.overloads }: Deps): Crowd {
  const inHand = createOwnerCounts()
  let refused = { sinceMs: clock.monotonicMs(), now: 0, before: 0 }

  function isFull(own: number): boolean {
    if (own < LIMITS.perOwnerMin) return false
    if (inHand.total < LIMITS.late.totalMax && own < LIMITS.late.perOwnerMax) return false
    return inHand.total >= LIMITS.waiting.totalMax || own >= LIMITS.waiting.perOwnerMax || loop.isLate()
  }

  function refusal(): TooCrowded {
    const nowMs = clock.monotonicMs()
    if (nowMs - refused.sinceMs >= 1_000) {
      // Once a second, while it lasts: of the second before.
      log.warn({ refused: refused.now, inHand: inHand.total }, 'overloaded: requests are refused')
      refused = { sinceMs: nowMs, now: 0, before: refused.now }
    }
    refused.now += 1
    refusals.up('refused')
    const seconds = Math.ceil(Math.max(refused.now, refused.before) / LIMITS.refusalsPerSecond)
    return REFUSALS[seconds - 1] ?? LONGEST
  }

  return {
    enter(owner) {
      if (isFull(inHand.of(owner))) throw refusal()
      inHand.add(owner)
      let isIn = true
      return () => {
        if (isIn) inHand.remove(owner)
        isIn = false
      }
    },
    get size() {
      return inHand.total
    },
  }
}
