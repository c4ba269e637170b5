import { passRefused } from '@protectmyapi/service-kit/pass-refused'
import type { CredentialDeps } from './credential-deps.js'
import { type CredentialRecord, undestroyedCredentials, versionOf } from './credential-rows.js'

type DestroyDeps = Pick<CredentialDeps, 'db' | 'vault' | 'log'>

/**
 * Has the vault erase the retired credentials of one app, or of all. Idempotent: the next call finds what a crash or an
 * outage left behind. TOMB: a version that was never stored is closed by it, so that a put still under way fails.
 *
 * @throws Fault UNAVAILABLE while the vault is away.
 */
export async function destroyRetired(deps: DestroyDeps, appId?: string): Promise<void> {
  for (const credential of await undestroyedCredentials(deps.db, appId))
    await passRefused(destroy(deps, credential), (err) => {
      deps.log.error(
        { err, versionId: credential.id },
        'the erasing of an attestation credential was refused and skipped: check its row in attestation_credentials',
      )
    })
}

/** For a request whose change is committed. What fails is left to the background work, and not reported. */
export async function destroyRetiredIfPossible(deps: DestroyDeps, appId: string): Promise<void> {
  await destroyRetired(deps, appId).catch((err: unknown) => {
    deps.log.warn({ err, appId }, 'retired attestation credentials are not destroyed yet')
  })
}

async function destroy({ db, vault }: DestroyDeps, credential: CredentialRecord): Promise<void> {
  const { organizationId, secretId, versionId } = versionOf(credential)
  await vault.destroyVersions(organizationId, secretId, [versionId])
  await db('attestation_credentials')
    .where({ id: versionId, state: 'retired', destroyed_at: null })
    .update({ destroyed_at: db.raw('clock_timestamp()') })
}
