import type { LeaseOperationalRequest__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseOperationalRequest'
import type { LeaseOperationalResponse } from '@protectmyapi/protos/generated/vault/v1/LeaseOperationalResponse'
import type { UnaryContext } from '@protectmyapi/service-kit/grpc/grpc-server'
import type { Peer } from '@protectmyapi/service-kit/grpc/spiffe'
import type { Lease } from '../leases/lease.js'
import type { VersionRef } from '../versions/version-row.js'
import { leaseToWire } from './wire.js'

export const leaseOperationalRpc =
  (lease: (ref: VersionRef, peer: Peer) => Promise<Lease>) =>
  async (
    { organizationId, secretId, versionId }: LeaseOperationalRequest__Output,
    { peer, afterwards }: UnaryContext,
  ): Promise<LeaseOperationalResponse> => {
    const leased = await lease({ organizationId, secretId, versionId }, peer)
    afterwards(() => leased.value.wipe())
    return { lease: leaseToWire(leased) }
  }
