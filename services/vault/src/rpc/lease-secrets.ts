import type { LeaseResult } from '@protectmyapi/protos/generated/vault/v1/LeaseResult'
import type { LeaseSecretsRequest__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsRequest'
import type { LeaseSecretsResponse } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsResponse'
import type { UnaryContext } from '@protectmyapi/service-kit/grpc/grpc-server'
import type { LeaseAnswer, LeaseOutcome } from '../leases/lease-secrets.js'
import type { LeaseRequest } from '../leases/lease-transaction.js'
import { leaseKeyToWire, leaseToWire } from './wire.js'

export const leaseSecretsRpc =
  (lease: (request: LeaseRequest) => Promise<LeaseAnswer>) =>
  async (
    { grant, versionIds }: LeaseSecretsRequest__Output,
    { peer, afterwards }: UnaryContext,
  ): Promise<LeaseSecretsResponse> => {
    const { outcomes, leaseKey } = await lease({ grant, versionIds, peer })
    afterwards(() => {
      for (const outcome of outcomes) if ('lease' in outcome) outcome.lease.value.wipe()
      leaseKey?.bytes.wipe()
    })
    return { results: outcomes.map(toResult), leaseKey: leaseKey ? leaseKeyToWire(leaseKey) : null }
  }

function toResult(outcome: LeaseOutcome): LeaseResult {
  const { versionId } = outcome
  if ('fault' in outcome) return { versionId, fault: outcome.fault }
  return { versionId, lease: leaseToWire(outcome.lease) }
}
