import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { every } from '@protectmyapi/service-kit/every'
import type { Knex, PostgresTarget } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Seconds } from '@protectmyapi/service-kit/telemetry/instruments'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import { type ManagementMeasures, NO_MEASURES } from '../telemetry/management-measures.js'
import { type CommitChange, createCommitChange } from './commit-change.js'
import { followCommitted } from './committed-rows.js'
import { FEED_LIMITS } from './feed-limits.js'
import { createFeedTail, type FeedTail } from './feed-tail.js'
import type { InForce } from './in-force.js'
import { listenForChanges } from './listen-for-changes.js'
import { pruneFeed } from './prune-feed.js'
import { recordSync, type SyncRecord } from './registry.js'
import { createReports } from './reports.js'
import { createWaitUntilSeen, type WaitUntilSeen } from './wait-until-seen.js'

export interface FeedDeps {
  readonly db: Knex
  /** A separate pool for what proxies are told and report, so that no writer keeps them waiting. */
  readonly dataPlaneDb: Knex
  /** For LISTEN: a direct connection, never a transaction pooler. */
  readonly target: PostgresTarget
  readonly clock: Clock
  readonly log: Logger
  readonly telemetry?: Telemetry
  readonly measures?: Pick<ManagementMeasures, 'changeWait'>
}

export interface Feed {
  readonly commitChange: CommitChange
  readonly waitUntilSeen: WaitUntilSeen
  readonly tail: FeedTail
  /** Settles once the Sync is committed (RECORDFIRST). Writers that wait for what it reports are told before that. */
  recordSync(sync: SyncRecord): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** The change feed, the registry of proxies and the writer that waits (docs/freshness.md). */
export function buildFeed({ db, dataPlaneDb, target, clock, log, telemetry, measures = NO_MEASURES }: FeedDeps): Feed {
  const reports = createReports()
  const waitUntilSeen = tellingLong(createWaitUntilSeen({ db, clock, sleep, reports }), log, measures.changeWait)
  const tail = createFeedTail(dataPlaneDb, log)
  followCommitted(db, tail.committed)
  let endListening: (() => Promise<void>) | undefined
  let endPruning: (() => Promise<void>) | undefined
  return {
    commitChange: createCommitChange({ db, waitUntilSeen }),
    waitUntilSeen,
    tail,
    async recordSync(sync) {
      reports.came(sync)
      const applied = await recordSync(dataPlaneDb, sync)
      reports.recorded({ bootId: sync.bootId, applied })
    },
    async start() {
      await tail.start()
      endListening = listenForChanges(target, tail.wake, log)
      endPruning = every(FEED_LIMITS.prunePeriodMs, 'prune feed', { log, telemetry }, () => pruneFeed(dataPlaneDb))
    },
    async stop() {
      await endPruning?.()
      await endListening?.()
      await tail.stop()
    },
  }
}

/** Tells operators of changes that a proxy did not apply: it is dead, cut off or slow (docs/operations.md). */
function tellingLong(
  { seen, everything }: WaitUntilSeen,
  log: Pick<Logger, 'warn'>,
  waits: Seconds<'by'>,
): WaitUntilSeen {
  const told = (inForce: InForce): InForce => {
    waits.record(inForce.waitedMs / 1_000, { by: inForce.by })
    if (inForce.by === 'horizon')
      log.warn({ waitedMs: inForce.waitedMs }, 'a proxy did not apply a change: its horizon was waited for')
    return inForce
  }
  return { seen: async (number) => told(await seen(number)), everything: async () => told(await everything()) }
}
