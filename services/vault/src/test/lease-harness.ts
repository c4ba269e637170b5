import type { GrantClaims } from '@protectmyapi/service-kit/credentials/grant'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import type { LeaseOutcome } from '../leases/lease-secrets.js'
import type { Put } from '../versions/put-secret.js'
import type { VersionRef } from '../versions/version-row.js'
import { claimsAt, type GrantSigner, grantSigner, PROXY } from './grant-signer.js'
import { aPut, NO_BINDINGS, vaultCore } from './vault-core.js'
import { createVaultDatabases } from './vault-databases.js'

export const MANAGEMENT = { spiffeId: 'spiffe://protectmyapi.local/ns/protectmyapi/sa/management', thumbprint: 'x' }

/** A vault with a pinned signing key, and management's side of a lease. */
export async function leaseHarness() {
  const databases = await createVaultDatabases()
  const vault = vaultCore(databases)
  const { signer } = await pinnedSigner()

  /** A signing key, put as management does; the vault pins its public half. */
  async function pinnedSigner(): Promise<{ signer: GrantSigner; put: Put }> {
    const versionId = newId('version')
    const made = grantSigner(versionId)
    const owner = { organizationId: INSTALLATION_ORGANIZATION, bindings: NO_BINDINGS }
    const put = aPut({ ...owner, versionId, purpose: 'grant-signing', value: made.pkcs8 })
    await vault.put(put)
    return { signer: made, put }
  }

  const grantFor = (puts: readonly Put[], given: Partial<GrantClaims> = {}, by = signer, at = vault): Promise<string> =>
    by.sign(
      claimsAt(at.clock.wallMs(), {
        org: puts[0]?.organizationId ?? '',
        sec: puts.map(({ secretId, versionId, generation }) => ({ id: secretId, ver: versionId, gen: generation })),
        ...given,
      }),
    )

  return {
    databases,
    vault,
    signer,
    pinnedSigner,
    grantFor,

    async leaseOf(put: Put, given: Partial<GrantClaims> = {}, at = vault): Promise<LeaseOutcome | undefined> {
      const grant = await grantFor([put], given, signer, at)
      const [outcome] = await at.lease({ grant, versionIds: [put.versionId], peer: PROXY })
      return outcome
    },

    async stored(given: Parameters<typeof aPut>[0] = {}): Promise<Put> {
      const put = aPut(given)
      await vault.put(put)
      return put
    },

    auditOf: ({ secretId }: VersionRef) => databases.vaultDb('lease_audit').where({ secret_id: secretId }),
    rowOf: ({ versionId }: VersionRef) => databases.tamper('versions').where({ version_id: versionId }),
  }
}

export function textOf(outcome: LeaseOutcome | undefined): string | undefined {
  return outcome && 'lease' in outcome ? outcome.lease.value.reveal().toString() : undefined
}
