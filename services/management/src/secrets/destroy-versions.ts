import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { InForce } from '../feed/in-force.js'
import { DESTROY_VERSIONS_MAX } from '../vault/vault-client.js'
import type { SecretDeps } from './secret-deps.js'

/**
 * Step 5: the vault erases versions that a change has put out of force, after the wait for that change: until then a
 * proxy may still lease them, by a grant. Call it once the change is committed. What fails here the reconciler makes good.
 */
export async function destroyBelow(
  { db, vault, log }: Pick<SecretDeps, 'db' | 'vault' | 'log'>,
  { organizationId, secretId, generation }: { organizationId: string; secretId: string; generation: number },
  inForce: InForce | Promise<InForce>,
): Promise<void> {
  try {
    const versions: { id: string }[] = await db('secret_versions')
      .where({ organization_id: organizationId, secret_id: secretId, state: 'superseded' })
      .where('generation', '<', generation)
      .limit(DESTROY_VERSIONS_MAX)
      .select('id')
    await inForce
    if (versions.length === 0) return
    const ids = versions.map(({ id }) => id)
    await vault.destroyVersions(organizationId, secretId, ids)
    await markDestroyed(db, ids)
  } catch (err) {
    log.warn({ err, secretId }, 'superseded versions are not destroyed yet')
  }
}

/**
 * Idempotent: a version is destroyed once, whoever reports it. Not durable, and so without a wait for the disk: where
 * Postgres's crash takes the mark, the reconciler has the same versions destroyed again.
 */
export async function markDestroyed(db: Knex, versionIds: readonly string[]): Promise<void> {
  await db.raw(
    `UPDATE secret_versions SET state = 'destroyed', destroyed_at = clock_timestamp()
     FROM (SELECT set_config('synchronous_commit', 'off', true)) AS not_durable
     WHERE id = ANY (?::text[]) AND state = 'superseded'`,
    [[...versionIds]],
  )
}
