import { systemActor } from '../audit/audit-entry.js'
import { createCommitOnly } from '../feed/commit-change.js'
import { DESTROY_VERSIONS_MAX, type VersionRef } from '../vault/vault-client.js'
import { markDestroyed } from './destroy-versions.js'
import type { SecretDeps } from './secret-deps.js'
import { abandon, activate } from './write-steps.js'

export const RECONCILER_LIMITS = {
  periodMs: 2_000,
  /** Above the deadline of a PutSecret (4 s): a younger intent has a writer who is still at it. */
  intentAgeMs: 5_000,
  /** In one run; the rest waits for the next. */
  batchMax: 100,
} as const

const RECONCILER = systemActor('reconciler')

type Deps = Pick<SecretDeps, 'db' | 'vault' | 'waitUntilSeen' | 'log'>

/**
 * Settles intents that a crash, or an absence of the vault, left pending: within 10 s of the vault's being there. It
 * cannot know whether the writer is dead or slow; TOMB and CAS make that no matter. Answers how many were settled.
 */
export async function settleIntents(
  { db, vault, log }: Deps,
  ageMs: number = RECONCILER_LIMITS.intentAgeMs,
): Promise<number> {
  const commit = createCommitOnly(db)
  let settled = 0
  while (settled < RECONCILER_LIMITS.batchMax) {
    const { result } = await commit(RECONCILER, async (trx) => {
      const version = await oldestIntent(trx, ageMs)
      if (!version) return { result: undefined, feed: [], audit: [] }
      // TOMB: closed at the vault before it is given up here; a put that is still under way will fail.
      const settlement = await vault.settleVersion(version)
      const change = settlement === 'STORED' ? await activate(trx, version) : await abandon(trx, version)
      return { ...change, result: { ...version, settlement } }
    })
    if (!result) break
    settled += 1
    log.info(
      { secretId: result.secretId, versionId: result.versionId, settlement: result.settlement },
      'an intent was settled',
    )
  }
  return settled
}

/** One intent, its secret's row locked first (the lock order of the writers). SKIP LOCKED: replicas share the work. */
async function oldestIntent(trx: SecretDeps['db'], ageMs: number): Promise<VersionRef | undefined> {
  const { rows } = await trx.raw<{ rows: VersionRef[] }>(
    `SELECT version.organization_id AS "organizationId", version.secret_id AS "secretId", version.id AS "versionId"
     FROM secret_versions AS version JOIN secrets AS secret ON secret.id = version.secret_id
     WHERE version.state = 'pending' AND version.created_at <= clock_timestamp() - ? * interval '1 millisecond'
     ORDER BY version.created_at LIMIT 1 FOR UPDATE OF secret SKIP LOCKED`,
    [ageMs],
  )
  return rows[0]
}

/**
 * Finishes destructions. What is superseded and committed now may still be leased by grants of proxies that have not
 * seen it: so first everything committed is waited for, then the versions are destroyed.
 */
export async function finishDestructions({ db, vault, waitUntilSeen }: Deps): Promise<number> {
  const rows: VersionRow[] = await db('secret_versions')
    .where('state', 'superseded')
    .orderBy('superseded_at')
    .limit(RECONCILER_LIMITS.batchMax)
    .select('id', 'organization_id', 'secret_id')
  if (rows.length === 0) return 0
  await waitUntilSeen.everything()
  for (const [secretId, versions] of groupBySecret(rows)) {
    const [first] = versions
    if (!first) continue
    const ids = versions.slice(0, DESTROY_VERSIONS_MAX).map(({ id }) => id)
    await vault.destroyVersions(first.organization_id, secretId, ids)
    await markDestroyed(db, ids)
  }
  return rows.length
}

interface VersionRow {
  readonly id: string
  readonly organization_id: string
  readonly secret_id: string
}

function groupBySecret(rows: readonly VersionRow[]): Map<string, VersionRow[]> {
  const groups = new Map<string, VersionRow[]>()
  for (const row of rows) groups.set(row.secret_id, [...(groups.get(row.secret_id) ?? []), row])
  return groups
}

/**
 * Has the data keys of deleted organizations destroyed, once no proxy can use anything of theirs. Intents of theirs are
 * settled like all others.
 */
export async function finishShredding({ db, vault, waitUntilSeen, log }: Deps): Promise<number> {
  const rows: { id: string }[] = await db('organizations')
    .where('state', 'deleted')
    .whereNull('shredded_at')
    .limit(RECONCILER_LIMITS.batchMax)
    .select('id')
  if (rows.length === 0) return 0
  await waitUntilSeen.everything()
  const commit = createCommitOnly(db)
  for (const { id } of rows) {
    await vault.shredOrganization(id)
    const { result } = await commit(RECONCILER, async (trx) => {
      const marked = await trx('organizations')
        .where({ id, state: 'deleted' })
        .whereNull('shredded_at')
        .update({ shredded_at: trx.raw('clock_timestamp()') })
      const audit = marked === 1 ? [{ organizationId: id, event: 'organization.shredded', targetId: id }] : []
      return { result: marked === 1, feed: [], audit }
    })
    if (result) log.info({ organizationId: id }, 'an organization was shredded')
  }
  return rows.length
}
