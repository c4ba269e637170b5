import type { LeaseResult } from '@protectmyapi/protos/generated/vault/v1/LeaseResult'
import type { LeaseSecretsRequest__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsRequest'
import type { LeaseSecretsResponse } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsResponse'
import type { CallContext } from '@protectmyapi/service-kit/grpc-server'
import type { LeaseOutcome } from '../leases/lease-secrets.js'
import type { LeaseRequest } from '../leases/lease-transaction.js'
import { leaseToWire } from './wire.js'

export const leaseSecretsRpc =
  (lease: (request: LeaseRequest) => Promise<readonly LeaseOutcome[]>) =>
  async ({ grant, versionIds }: LeaseSecretsRequest__Output, { peer }: CallContext): Promise<LeaseSecretsResponse> => {
    return { results: (await lease({ grant, versionIds, peer })).map(toResult) }
  }

function toResult(outcome: LeaseOutcome): LeaseResult {
  const { versionId } = outcome
  if ('fault' in outcome) return { versionId, fault: outcome.fault }
  return { versionId, lease: leaseToWire(outcome.lease) }
}
