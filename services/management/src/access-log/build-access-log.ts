import type { Clock } from '@protectmyapi/service-kit/clock'
import { every } from '@protectmyapi/service-kit/every'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { RedisClient } from '@protectmyapi/service-kit/redis/redis'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import { dropOldLinks } from '../chain/drop-old-links.js'
import type { ExportDeps } from '../export/export-pages.js'
import type { Route } from '../http/route.js'
import { type ManagementMeasures, NO_MEASURES } from '../telemetry/management-measures.js'
import { ACCESS_LOG_LIMITS } from './access-log-limits.js'
import { createInboxDrain } from './inbox/drain-inbox.js'
import { accessLogRoutes } from './read/access-log-routes.js'
import { grantRoutes } from './read/grant-routes.js'
import { pruneLeftovers, tendPartitions } from './store/tend-partitions.js'
import { createStreamDrain } from './streams/drain-streams.js'
import { runStreamDrain } from './streams/run-stream-drain.js'

export interface AccessLogDeps extends ExportDeps {
  readonly clock: Clock
  readonly log: Logger
  /** Null: no proxy keeps access records in Redis. The caller closes it, after `stop`. */
  readonly redis: RedisClient | null
  /** `PMA_ACCESS_LOG_DAYS`. */
  readonly retentionDays: number
  readonly telemetry?: Telemetry | undefined
  readonly measures?: Pick<ManagementMeasures, 'drain' | 'drained' | 'setAside'>
}

export interface AccessLog {
  readonly routes: readonly Route[]
  /** Starts the drains and the tending of partitions. */
  start(): void
  stop(): Promise<void>
}

/** The access log: filled from inbox and streams, partitioned by day, read by people. */
export function buildAccessLog({
  log,
  redis,
  retentionDays,
  telemetry,
  measures = NO_MEASURES,
  ...deps
}: AccessLogDeps): AccessLog {
  const { db, clock } = deps
  let ends: (() => Promise<void>)[] = []
  let isPartitioned = false
  const tend = async (): Promise<void> => {
    await tendPartitions(db, retentionDays)
    isPartitioned = true
    await pruneLeftovers(db)
    await dropOldLinks(db, Math.max(retentionDays, ACCESS_LOG_LIMITS.retentionDaysMin))
  }
  // The first attempt may have failed because Postgres was away, and an entry needs the partition of its day.
  const partitioned = async (): Promise<void> => {
    if (!isPartitioned) await tend()
  }
  const drainInbox = createInboxDrain({ db, redis, log, measures })
  return {
    routes: [...accessLogRoutes(deps), ...grantRoutes(deps)],
    start() {
      ends = [
        every(ACCESS_LOG_LIMITS.tendPeriodMs, 'tend partitions', { log, telemetry }, tend),
        every(ACCESS_LOG_LIMITS.drainPeriodMs, 'drain the access inbox', { log, telemetry }, async () => {
          await partitioned()
          await drainInbox()
        }),
      ]
      if (redis !== null) {
        const drain = createStreamDrain({ db, client: redis, clock, log, measures })
        ends.push(runStreamDrain({ client: redis, drain, clock, log, partitioned, telemetry, state: measures.drain }))
      }
    },
    async stop() {
      await Promise.all(ends.map((end) => end()))
      ends = []
    },
  }
}
