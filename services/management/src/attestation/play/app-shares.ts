import { Fault } from '@protectmyapi/service-kit/faults'

export interface ShareLimits {
  /** Of one app at once. */
  readonly underWayMax: number
  /** Of one app, behind them. */
  readonly waitingMax: number
  /** What waits for longer is refused. */
  readonly waitMsMax: number
}

const LIMITS: ShareLimits = {
  // A quarter of the connections to one place.
  underWayMax: 4,
  waitingMax: 60,
  // With the two answers that follow, within the 12 s that a proxy waits.
  waitMsMax: 2_000,
}

const RETRY_AFTER_SECONDS = 2

/**
 * Runs work for an app, no more of it at once than the app's share of the connections to Google, so that the proofs of
 * one app, which anyone can invent, do not hold up those of the others.
 *
 * The function throws Fault UNAVAILABLE if too much of the app's work waits, or waits for too long, and what the work
 * throws.
 */
export type AppShares = <Result>(appId: string, work: () => Promise<Result>) => Promise<Result>

interface Share {
  underWay: number
  /** Begins work that waits; the first first. */
  readonly waiting: Set<() => void>
}

export function createAppShares(limits: ShareLimits = LIMITS): AppShares {
  const shares = new Map<string, Share>()

  function shareOf(appId: string): Share {
    const share = shares.get(appId) ?? { underWay: 0, waiting: new Set() }
    shares.set(appId, share)
    return share
  }

  async function enter(share: Share): Promise<void> {
    if (share.underWay < limits.underWayMax) {
      share.underWay += 1
      return
    }
    if (share.waiting.size >= limits.waitingMax) throw tooMany('waits')
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        share.waiting.delete(begin)
        reject(tooMany('has waited for too long'))
      }, limits.waitMsMax)
      share.waiting.add(begin)
    })
  }

  /** Hands the place to the next that waits, so that nothing slips in between. */
  function leave(appId: string, share: Share): void {
    const [next] = share.waiting
    if (next) {
      share.waiting.delete(next)
      next()
      return
    }
    share.underWay -= 1
    if (share.underWay === 0) shares.delete(appId)
  }

  return async (appId, work) => {
    const share = shareOf(appId)
    await enter(share)
    try {
      return await work()
    } finally {
      leave(appId, share)
    }
  }
}

function tooMany(detail: string): Fault {
  return new Fault('UNAVAILABLE', `google: too many questions of one app at once, and this one ${detail}`, {
    say: 'Google is being asked about too many Play Integrity tokens of this app at the moment. Try again after the time in Retry-After.',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  })
}
