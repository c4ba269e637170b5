import type { Clock } from '@protectmyapi/service-kit/clock'
import { createOwnerCounts } from '@protectmyapi/service-kit/fairness/owner-counts'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Tally } from '@protectmyapi/service-kit/telemetry/instruments'
import { NO_MEASURES } from '../telemetry/proxy-measures.js'
import type { LoopDelay } from './loop-delay.js'

const LIMITS = {
  /** Applies whether the loop is late or not: these requests wait for management, a vault or Redis. */
  waiting: { totalMax: 4_096, perOwnerMax: 1_024 },
  /**
   * Applies while the loop is late. More than this would make everybody wait, Redis's answers included. A burst of some
   * hundreds is let in, also on a machine that is busy with something else.
   */
  late: { totalMax: 512, perOwnerMax: 384 },
  /** An organization with fewer than this many requests is always let in: another's flood is not its own. */
  perOwnerMin: 8,
  /**
   * How many refusals there is time for beside the requests that are served. Above that, clients are told to stay away
   * longer.
   */
  refusalsPerSecond: 1_000,
  restSecondsMax: 8,
} as const

/** Requests that this process has let in and not yet sent on to the provider. */
export interface Crowd {
  /**
   * Returns the function by which the request leaves; it may be called twice.
   *
   * @throws TooCrowded where this would be one too many.
   */
  enter(owner: string): () => void
  /** How many there are. */
  readonly size: number
}

/**
 * A client that asks again at once would be refused at the cost of those being served, so the connection rests for as
 * long as the client is told to wait.
 */
export class TooCrowded extends Fault {
  readonly restMs: number

  constructor(restSeconds: number) {
    super('UNAVAILABLE', 'more is asked at once than this process can do', {
      say: 'The proxy is overloaded. Try again after the time in Retry-After.',
      retryAfterSeconds: restSeconds,
    })
    this.restMs = restSeconds * 1_000
  }
}

/** Made in advance, because an overload is no time to capture stack traces. */
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
      // Logged once a second while it lasts, for the second before.
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
