import type { Clock } from '@protectmyapi/service-kit/clock'
import { every } from '@protectmyapi/service-kit/every'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { Route } from '../http/route.js'
import { ANALYTICS_LIMITS } from './analytics-limits.js'
import { analyticsRoutes } from './read/analytics-routes.js'
import { pruneUsage } from './tally/prune-usage.js'
import { tallyLog } from './tally/tally-log.js'

export interface AnalyticsDeps {
  readonly db: Knex
  readonly clock: Clock
  readonly log: Logger
  readonly telemetry?: Telemetry | undefined
}

export interface Analytics {
  readonly routes: readonly Route[]
  /** Starts the tally and the pruning of what it counted. */
  start(): void
  stop(): Promise<void>
}

/** What is counted of the access log, behind it and never in its way. */
export function buildAnalytics({ db, clock, log, telemetry }: AnalyticsDeps): Analytics {
  let ends: (() => Promise<void>)[] = []
  return {
    routes: analyticsRoutes({ db, clock }),
    start() {
      const { tally, keep } = ANALYTICS_LIMITS
      ends = [
        every(tally.periodMs, 'tally the access log', { log, telemetry }, () => tallyLog({ db, clock, log })),
        every(keep.periodMs, 'prune usage', { log, telemetry }, () => pruneUsage(db)),
      ]
    },
    async stop() {
      await Promise.all(ends.map((end) => end()))
      ends = []
    },
  }
}
