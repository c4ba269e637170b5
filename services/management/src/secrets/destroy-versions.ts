import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { DESTROY_VERSIONS_MAX } from '../vault/vault-client.js'
import type { SecretDeps } from './secret-deps.js'

/**
 * Step 5: the vault erases versions that are out of force. Call it after the wait for the change that put them out of
 * force: until then a proxy may still lease them, by a grant. What fails here the reconciler makes good.
 */
export async function destroyBelow(
  { db, vault, log }: Pick<SecretDeps, 'db' | 'vault' | 'log'>,
  { organizationId, secretId, generation }: { organizationId: string; secretId: string; generation: number },
): Promise<void> {
  try {
    const versions: { id: string }[] = await db('secret_versions')
      .where({ organization_id: organizationId, secret_id: secretId, state: 'superseded' })
      .where('generation', '<', generation)
      .limit(DESTROY_VERSIONS_MAX)
      .select('id')
    if (versions.length === 0) return
    const ids = versions.map(({ id }) => id)
    await vault.destroyVersions(organizationId, secretId, ids)
    await markDestroyed(db, ids)
  } catch (err) {
    log.warn({ err, secretId }, 'superseded versions are not destroyed yet')
  }
}

/** Idempotent: a version is destroyed once, whoever reports it. */
export async function markDestroyed(db: Knex, versionIds: readonly string[]): Promise<void> {
  await db('secret_versions')
    .whereIn('id', [...versionIds])
    .where('state', 'superseded')
    .update({ state: 'destroyed', destroyed_at: db.raw('clock_timestamp()') })
}
