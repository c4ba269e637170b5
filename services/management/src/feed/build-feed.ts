import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { Knex, PostgresTarget } from '@protectmyapi/service-kit/postgres'
import { every } from '../background/every.js'
import { type CommitChange, createCommitChange } from './commit-change.js'
import { FEED_LIMITS } from './feed-limits.js'
import { createFeedTail, type FeedTail } from './feed-tail.js'
import { listenForChanges } from './listen-for-changes.js'
import { pruneFeed } from './prune-feed.js'
import { createWaitUntilSeen, type WaitUntilSeen } from './wait-until-seen.js'

export interface FeedDeps {
  readonly db: Knex
  /** For LISTEN: a direct connection, never a transaction pooler. */
  readonly target: PostgresTarget
  readonly clock: Clock
  readonly log: Logger
}

export interface Feed {
  readonly commitChange: CommitChange
  readonly waitUntilSeen: WaitUntilSeen
  readonly tail: FeedTail
  start(): Promise<void>
  stop(): Promise<void>
}

/** The change feed, the registry of proxies and the writer that waits (docs/freshness.md). */
export function buildFeed({ db, target, clock, log }: FeedDeps): Feed {
  const waitUntilSeen = createWaitUntilSeen({ db, clock, sleep })
  const tail = createFeedTail(db, log)
  let endListening: (() => Promise<void>) | undefined
  let endPruning: (() => Promise<void>) | undefined
  return {
    commitChange: createCommitChange({ db, waitUntilSeen }),
    waitUntilSeen,
    tail,
    async start() {
      await tail.start()
      endListening = listenForChanges(target, tail.wake, log)
      endPruning = every(FEED_LIMITS.prunePeriodMs, 'prune feed', log, () => pruneFeed(db))
    },
    async stop() {
      await endPruning?.()
      await endListening?.()
      await tail.stop()
    },
  }
}
