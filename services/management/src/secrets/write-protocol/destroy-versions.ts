import { passRefused } from '@protectmyapi/service-kit/pass-refused'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { InForce } from '../../feed/in-force.js'
import type { SecretDeps } from '../secret-deps.js'

type DestroyDeps = Pick<SecretDeps, 'db' | 'vault' | 'log'>

interface DestroyedVersion {
  readonly id: string
  readonly organizationId: string
  readonly secretId: string
}

/**
 * Step 5: the vault erases versions that a change has put out of force, after the wait for that change: until then a
 * proxy may still lease them, by a grant. Call it once the change is committed. What fails here the reconciler makes good.
 */
export async function destroyBelow(
  deps: DestroyDeps,
  { organizationId, secretId, generation }: { organizationId: string; secretId: string; generation: number },
  inForce: InForce | Promise<InForce>,
): Promise<void> {
  try {
    // However many: an answer that says that it is in force must not leave the one that was before among the rest.
    const versions: { id: string }[] = await deps
      .db('secret_versions')
      .where({ organization_id: organizationId, secret_id: secretId, state: 'superseded' })
      .where('generation', '<', generation)
      .orderBy('generation', 'desc')
      .select('id')
    await inForce
    for (const { id } of versions)
      await passRefused(destroyVersion(deps, { id, organizationId, secretId }), (err) => {
        deps.log.error(
          { err, secretId, versionId: id },
          'a destruction was refused and passed: look at the row of the version',
        )
      })
  } catch (err) {
    deps.log.warn({ err, secretId }, 'superseded versions are not destroyed yet')
  }
}

/** One at a time: one that the vault refuses leaves the others to be destroyed. There is one, as a rule. */
export async function destroyVersion(
  { db, vault }: Pick<DestroyDeps, 'db' | 'vault'>,
  { id, organizationId, secretId }: DestroyedVersion,
): Promise<true> {
  await vault.destroyVersions(organizationId, secretId, [id])
  await markDestroyed(db, id)
  return true
}

/**
 * Idempotent: a version is destroyed once, whoever reports it. Not durable, and so without a wait for the disk: where
 * Postgres's crash takes the mark, the reconciler has the same version destroyed again.
 */
async function markDestroyed(db: Knex, versionId: string): Promise<void> {
  await db.raw(
    `UPDATE secret_versions SET state = 'destroyed', destroyed_at = clock_timestamp()
     FROM (SELECT set_config('synchronous_commit', 'off', true)) AS not_durable
     WHERE id = ? AND state = 'superseded'`,
    [versionId],
  )
}
