import { Fault } from '@protectmyapi/service-kit/faults'
import type { Peer } from '@protectmyapi/service-kit/grpc/spiffe'
import type { Purpose } from '../envelope/seal-context.js'
import { NO_MEASURES } from '../telemetry/vault-measures.js'
import { checkIds } from '../versions/bounds.js'
import type { VersionRef } from '../versions/version-row.js'
import { type Lease, leaseLife } from './lease.js'
import type { LeaseDeps } from './lease-secrets.js'
import { type LeasableVersion, leaseStore } from './lease-store.js'

interface OperationalDeps extends LeaseDeps {
  /** The purposes that may be leased this way, whoever asks. */
  readonly purposes: readonly Purpose[]
}

/**
 * Leases what management itself needs.
 *
 * The function throws Fault SECRET_NOT_FOUND, also for a secret of another purpose; SECRET_DECRYPTION_FAILED;
 * UNAVAILABLE.
 */
export const leaseOperational =
  ({ vaultDb, openVersion, clock, log, purposes, measures = NO_MEASURES }: OperationalDeps) =>
  async (ref: VersionRef, peer: Peer): Promise<Lease> => {
    checkIds({ organization_id: ref.organizationId, secret_id: ref.secretId, version_id: ref.versionId })
    const readMs = clock.wallMs()
    const stored = await vaultDb.transaction(async (trx): Promise<LeasableVersion> => {
      const [version] = await leaseStore(trx).read([ref])
      if (!version || !purposes.includes(version.purpose))
        throw new Fault('SECRET_NOT_FOUND', 'no operational secret of this id')
      const { generation } = version
      await leaseStore(trx).record([{ ...ref, generation, caller: peer.spiffeId, appId: null, serviceId: null }])
      return version
    })
    try {
      const { value, bindings } = await openVersion(stored, stored)
      measures.leases.up('management')
      return {
        secretId: ref.secretId,
        versionId: ref.versionId,
        generation: stored.generation,
        value,
        bindings,
        life: leaseLife(readMs),
      }
    } catch (err) {
      if (err instanceof Fault && err.code === 'SECRET_DECRYPTION_FAILED') {
        log.error(
          { err, organizationId: ref.organizationId, secretId: ref.secretId, versionId: ref.versionId },
          'a secret cannot be opened',
        )
      }
      throw err
    }
  }
