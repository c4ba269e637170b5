import { SESSION_LIFE_MS_MAX } from '@protectmyapi/service-kit/credentials/app-session'
import { GRANT_LIFE_MS_MAX } from '@protectmyapi/service-kit/credentials/grant'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { AuditEntry } from '../audit/audit-entry.js'
import type { FeedEntry } from '../feed/feed-entry.js'
import type { SigningKeyRow } from './signing-key-rows.js'

/** How long a key goes on verifying after its last signature: the longest life of what it signs. */
const LIFE_MS = { session: SESSION_LIFE_MS_MAX, grant: GRANT_LIFE_MS_MAX } as const
/** Management signs by its own clock, Postgres counts by another, and proxies allow sessions 30 s. Counted into WINDOW. */
const SKEW_MS = 60_000

/**
 * Signs no more, and verifies until what it signed has ended. Call it under the lock. Answers what proxies must be told.
 *
 * Proxies hold session keys as a set: the bump fells the set as it was, so that each of them learns of the new key with
 * the row, and not by the first session that it cannot verify. Sessions stand, under the new generation. Nothing needs
 * to fall with a grant key that is believed, and so nothing is said of it.
 */
export async function retireLater(trx: Knex.Transaction, key: SigningKeyRow): Promise<readonly FeedEntry[]> {
  const retire_at = trx.raw(`clock_timestamp() + ? * interval '1 millisecond'`, [LIFE_MS[key.use] + SKEW_MS])
  const generation = key.use === 'session' ? key.generation + 1 : key.generation
  await trx('signing_keys').where({ id: key.id }).update({ state: 'outgoing', retire_at, generation })
  return key.use === 'session' ? [feedOf({ ...key, generation })] : []
}

/** Verifies nothing from the commit on; what proxies hold of it falls by these rows. Call it under the lock. */
export async function withdraw(trx: Knex.Transaction, keys: readonly SigningKeyRow[]): Promise<readonly FeedEntry[]> {
  const fallen = keys.map((key) => ({ ...key, generation: key.generation + 1 }))
  for (const { id, generation } of fallen)
    await trx('signing_keys').where({ id }).update({ state: 'retired', generation })
  return fallen.map(feedOf)
}

export const feedOf = ({ id, generation }: SigningKeyRow): FeedEntry => ({ kind: 'signing-key', id, generation })

/** Of the installation: no organization sees it. */
export function auditOf(
  event: string,
  { id, use }: SigningKeyRow,
  details: Readonly<Record<string, unknown>> = {},
): AuditEntry {
  return { organizationId: null, event, targetId: id, details: { use, ...details } }
}
