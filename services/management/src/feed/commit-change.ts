import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { appendAudit } from '../audit/append-audit.js'
import type { Actor, AuditEntry } from '../audit/audit-entry.js'
import { appendingIn } from '../chain/appended-heads.js'
import { refuseEnded } from '../people/refuse-ended.js'
import { appendFeed } from './append-feed.js'
import { tellCommitted } from './committed-rows.js'
import type { FeedEntry, FeedRow } from './feed-entry.js'
import { FEED_LIMITS } from './feed-limits.js'
import type { InForce } from './in-force.js'
import type { WaitUntilSeen } from './wait-until-seen.js'

export type { InForce } from './in-force.js'

/** What a piece of work did, for the proxies and for the trail. */
export interface Change<T> {
  readonly result: T
  readonly feed: readonly FeedEntry[]
  readonly audit: readonly AuditEntry[]
  /**
   * What of the actor's authority the work checked itself, under its locks, so that it is not checked again: the place,
   * if the work may end that, or all of it.
   */
  readonly asked?: 'place' | 'all'
}

export interface Committed<T> {
  readonly result: T
  readonly inForce: InForce
}

/**
 * The one way to change anything: work, audit rows and feed rows in one transaction; then the wait. An answer built
 * from what this returns may say "in force". Without feed entries it waits for nobody. A change that the actor's
 * authority no longer allows is refused and rolled back: a revocation that has committed always wins.
 *
 * READ COMMITTED. The work may run again after a deadlock, so it must touch nothing but its transaction.
 */
export type CommitChange = <T>(
  actor: Actor,
  work: (trx: Knex.Transaction) => Promise<Change<T>>,
) => Promise<Committed<T>>

/**
 * The transaction without the wait, for background work that answers nobody. Code that answers a caller must wait
 * (RETRYWAITS).
 */
export type CommitOnly = <T>(
  actor: Actor,
  work: (trx: Knex.Transaction) => Promise<Change<T>>,
) => Promise<{ readonly result: T; readonly number: number | undefined }>

export interface CommitDeps {
  readonly db: Knex
  readonly waitUntilSeen: Pick<WaitUntilSeen, 'seen'>
}

export function createCommitChange({ db, waitUntilSeen }: CommitDeps): CommitChange {
  const commit = createCommitOnly(db)
  return async (actor, work) => {
    const { result, number } = await commit(actor, work)
    if (number === undefined) return { result, inForce: { by: 'nobody', waitedMs: 0 } }
    return { result, inForce: await waitUntilSeen.seen(number) }
  }
}

export function createCommitOnly(db: Knex): CommitOnly {
  return async (actor, work) => {
    const { result, number, rows } = await withRetries(() =>
      appendingIn(db, async (trx) => {
        const change = await work(trx)
        // Lock order everywhere: the rows, then what the actor rests on (removals lock rows before it, too), the heads
        // of chains, and last before the commit the feed counter.
        await refuseEndedActor(trx, actor, change.asked)
        const appended = await appendAudit(trx, actor, change.audit)
        const number = change.feed.length === 0 ? undefined : await appendFeed(trx, change.feed)
        return { result: change.result, number, rows: numbered(change.feed, number), appended }
      }),
    )
    tellCommitted(db, rows)
    return { result, number }
  }
}

function numbered(entries: readonly FeedEntry[], last: number | undefined): readonly FeedRow[] {
  if (last === undefined) return []
  return entries.map((entry, at) => ({ ...entry, number: last - entries.length + 1 + at }))
}

async function refuseEndedActor(
  trx: Knex.Transaction,
  { authority }: Actor,
  asked: Change<unknown>['asked'],
): Promise<void> {
  if (!authority || asked === 'all') return
  const { place: _, ...credential } = authority
  await refuseEnded(trx, asked === 'place' ? credential : authority)
}

/** Serialization failure and deadlock (SQLSTATE 40001, 40P01): the transaction that lost is meant to be tried again. */
const LOST_A_RACE = new Set(['40001', '40P01'])

async function withRetries<T>(attempt: () => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await attempt()
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
      if (!LOST_A_RACE.has(code) || retries >= FEED_LIMITS.commitRetriesMax) throw thrown
    }
  }
}
