import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { CrowdedOut } from '../fairness/connection-room.js'
import type { ProxyMeasures } from './proxy-measures.js'

const LIMITS = {
  /** Between two lines while it lasts, so that a flood of connections does not become a flood of log lines. */
  everyMs: 1_000,
} as const

interface Deps {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Pick<Logger, 'warn'>
  readonly closed: ProxyMeasures['crowdedOut']
}

/**
 * Counts each connection that was closed for want of room. The first is logged at once, then those of each second
 * together.
 */
export function tellCrowdedOut({ clock, log, closed }: Deps): (who: CrowdedOut, source: string | null) => void {
  let toldMs = Number.NEGATIVE_INFINITY
  let untold = 0
  return (who, source) => {
    closed.up(who)
    untold += 1
    const nowMs = clock.monotonicMs()
    if (nowMs - toldMs < LIMITS.everyMs) return
    // Under a flood this is the flood's own source: the address that has the most connections, or one of those that do.
    log.warn({ closed: untold, source }, 'too many connections: some were closed')
    toldMs = nowMs
    untold = 0
  }
}
