import type { AdmitRequest } from '@protectmyapi/protos/generated/directory/v1/AdmitRequest'
import type { AdmitResponse__Output } from '@protectmyapi/protos/generated/directory/v1/AdmitResponse'
import type { Bucket } from '@protectmyapi/protos/generated/directory/v1/Bucket'
import type { Decision__Output } from '@protectmyapi/protos/generated/directory/v1/Decision'
import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import { Fault } from '@protectmyapi/service-kit/faults'
import { callUnary, type ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { LimitScope } from '../routes/route.js'
import { scopeFromWire } from '../routes/route-from-wire.js'
import type { LimitBucket } from './buckets.js'
import type { Admit, AdmitOutcome } from './directory-admission.js'

/** A phone waits for it. */
const DEADLINE_MS = 3_000

export function grpcAdmit(directory: Pick<ReloadingClient<DirectoryClient>, 'current'>, bootId: string): Admit {
  return async (items) => {
    const { decisions } = await callUnary<AdmitRequest, AdmitResponse__Output>(
      (request, options, answer) => directory.current().admit(request, options, answer),
      { bootId, admissions: items.map(({ entry, buckets }) => ({ entry, buckets: buckets.map(bucketToWire) })) },
      DEADLINE_MS,
    )
    return decisions.map(outcomeFromWire)
  }
}

const SCOPES = {
  device: 'LIMIT_SCOPE_DEVICE',
  app: 'LIMIT_SCOPE_APP',
  service: 'LIMIT_SCOPE_SERVICE',
  organization: 'LIMIT_SCOPE_ORGANIZATION',
} as const satisfies Record<LimitScope, string>

function bucketToWire({ key, scope, count, periodMs, burst }: LimitBucket): Bucket {
  return { key, scope: SCOPES[scope], count, periodMs, burst }
}

function outcomeFromWire({ outcome, limited }: Decision__Output): AdmitOutcome {
  if (outcome === 'admitted') return { admitted: true }
  // Neither of both: nothing is known, and nothing is let through.
  if (!limited) throw new Fault('UNAVAILABLE', 'a decision of no known kind')
  const { scope, count, periodMs, retryAfterMs } = limited
  return { admitted: false, limited: { scope: scopeFromWire(scope), count, periodMs, retryAfterMs } }
}
