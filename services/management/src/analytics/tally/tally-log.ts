import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { accessLogChain } from '../../chain/chain-names.js'
import { ANALYTICS_LIMITS } from '../analytics-limits.js'
import { tallyPortion } from './tally-portion.js'

const LIMITS = ANALYTICS_LIMITS.tally

interface TallyDeps {
  readonly db: Knex
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Logger
}

/**
 * One round: counts what the access log has had since the round before, a portion of each organization in turn, so
 * that none waits for a large one. Ends early where another management is at it, or when it took too long. An
 * organization whose log cannot be counted does not hold up the others.
 */
export async function tallyLog({ db, clock, log }: TallyDeps): Promise<void> {
  const endMs = clock.monotonicMs() + LIMITS.roundMs
  const failed = new Set<string>()
  for (;;) {
    const { organizations, now } = await behind(db, [...failed])
    if (organizations.length === 0) {
      if (failed.size === 0) await noteComplete(db, now)
      return
    }
    for (const organizationId of organizations) {
      if (clock.monotonicMs() > endMs) return
      try {
        if ((await tallyPortion(db, organizationId)) === 'busy') return
      } catch (err) {
        failed.add(organizationId)
        log.warn({ err, organization: organizationId }, 'an access log could not be counted; it will be tried again')
      }
    }
  }
}

interface Behind {
  readonly organizations: readonly string[]
  /** When this was so. */
  readonly now: Date
}

/** Organizations with links that were not counted, those first that wait longest. */
async function behind(db: Knex, without: string[]): Promise<Behind> {
  const prefix = accessLogChain('')
  const { rows } = await db.raw<{ rows: { now: Date; organization: string | null }[] }>(
    `SELECT clock_timestamp() AS now, organization FROM (SELECT) AS one LEFT JOIN LATERAL (
       SELECT substr(chain, length(?::text) + 1) AS organization FROM chain_heads
       LEFT JOIN usage_cursors ON chain = ? || organization_id
       WHERE starts_with(chain, ?) AND count > coalesce(through, 0) AND substr(chain, length(?::text) + 1) <> ALL (?::text[])
       ORDER BY counted_at NULLS FIRST, chain LIMIT ?
     ) AS head ON true`,
    [prefix, prefix, prefix, prefix, without, LIMITS.organizationsPage],
  )
  const [first] = rows
  if (!first) throw new Error('a statement that answers one row answered none')
  return { organizations: rows.flatMap(({ organization }) => organization ?? []), now: first.now }
}

async function noteComplete(db: Knex, at: Date): Promise<void> {
  await db.raw('UPDATE usage_tally SET complete_at = ?::timestamptz WHERE complete_at < ?::timestamptz', [at, at])
}
