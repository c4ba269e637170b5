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
 * Step 5: after the wait for a change, the vault erases the versions that the change has put out of force. Before that,
 * a proxy may still lease them by a grant. Call it once the change is committed. The reconciler repeats what fails.
 */
export async function destroyBelow(
  deps: DestroyDeps,
  { organizationId, secretId, generation }: { organizationId: string; secretId: string; generation: number },
  inForce: InForce | Promise<InForce>,
): Promise<void> {
  try {
    // No limit on how many: once the answer says the new value is in force, no earlier version may be left undestroyed.
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
          'a destruction was refused and skipped: check the row of the version',
        )
      })
  } catch (err) {
    deps.log.warn({ err, secretId }, 'superseded versions are not destroyed yet')
  }
}

/** Called for one version at a time, so that a refused one does not stop the others. As a rule there is only one. */
export async function destroyVersion(
  { db, vault }: Pick<DestroyDeps, 'db' | 'vault'>,
  { id, organizationId, secretId }: DestroyedVersion,
): Promise<true> {
  await vault.destroyVersions(organizationId, secretId, [id])
  await markDestroyed(db, id)
  return true
}

/**
 * Idempotent: only the first report of a destruction changes the row. Commits without waiting for the disk. If a crash
 * of Postgres loses the mark, the reconciler has the same version destroyed once more.
 */
async function markDestroyed(db: Knex, versionId: string): Promise<void> {
  await db.raw(
    `UPDATE secret_versions SET state = 'destroyed', destroyed_at = clock_timestamp()
     FROM (SELECT set_config('synchronous_commit', 'off', true)) AS not_durable
     WHERE id = ? AND state = 'superseded'`,
    [versionId],
  )
}
