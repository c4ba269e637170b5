import type { Logger } from '@protectmyapi/service-kit/log'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import { every } from '../background/every.js'
import type { Route } from '../http/route.js'
import { ACCESS_LOG_LIMITS } from './access-log-limits.js'
import { type AccessLogRouteDeps, accessLogRoutes } from './access-log-routes.js'
import { drainInbox } from './drain-inbox.js'
import { pruneLeftovers, tendPartitions } from './tend-partitions.js'

export interface AccessLogDeps extends AccessLogRouteDeps {
  readonly log: Logger
  /** `PMA_ACCESS_LOG_DAYS`. */
  readonly retentionDays: number
}

export interface AccessLog {
  readonly routes: readonly Route[]
  /** Starts the drain, and the care for partitions. */
  start(): void
  stop(): Promise<void>
}

/** The access log: emptied from the inbox, partitioned by day, read by people. */
export function buildAccessLog({ log, retentionDays, ...deps }: AccessLogDeps): AccessLog {
  const { db } = deps
  let ends: (() => Promise<void>)[] = []
  return {
    routes: accessLogRoutes(deps),
    start() {
      let partitioned = false
      const tend = async (): Promise<void> => {
        await tendPartitions(db, retentionDays)
        partitioned = true
        await pruneLeftovers(db)
      }
      ends = [
        every(ACCESS_LOG_LIMITS.tendPeriodMs, 'tend partitions', log, tend),
        every(ACCESS_LOG_LIMITS.drainPeriodMs, 'drain the access inbox', log, async () => {
          // The first look at the partitions may have failed, with Postgres away: an entry needs its day's.
          if (!partitioned) await tend()
          await drainAll(db)
        }),
      ]
    },
    async stop() {
      await Promise.all(ends.map((end) => end()))
      ends = []
    },
  }
}

async function drainAll(db: Knex): Promise<void> {
  while ((await drainInbox(db)) === ACCESS_LOG_LIMITS.drainRowsMax);
}
