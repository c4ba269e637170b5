import type { AdmitRequest } from '@protectmyapi/protos/generated/directory/v1/AdmitRequest'
import type { AdmitResponse__Output } from '@protectmyapi/protos/generated/directory/v1/AdmitResponse'
import type { Bucket } from '@protectmyapi/protos/generated/directory/v1/Bucket'
import type { Decision__Output } from '@protectmyapi/protos/generated/directory/v1/Decision'
import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import { Fault } from '@protectmyapi/service-kit/faults'
import { callUnary, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import type { LimitScope } from '../routes/route.js'
import { scopeFromWire } from '../routes/route-from-wire.js'
import { type Admit, type AdmitItem, type AdmitOutcome, ownerOf } from './admit.js'
import { batched } from './batched.js'
import type { LimitBucket } from './buckets.js'

const LIMITS = {
  /** Short, because a phone waits for the answer. */
  deadlineMs: 3_000,
  /** The most that Directory.Admit takes in one call. */
  batchMax: 512,
  callsMax: 8,
} as const

/** Admission by management, over Postgres. One call for all requests of one event-loop turn. */
export function directoryAdmit(
  directory: Pick<ReloadingClient<DirectoryClient>, 'current'>,
  bootId: string,
  { batchMax, callsMax }: { readonly batchMax: number; readonly callsMax: number } = LIMITS,
): Admit {
  return batched({ batchMax: () => batchMax, callsMax, ownerOf }, async (items: readonly AdmitItem[]) => {
    const { decisions } = await callUnary<AdmitRequest, AdmitResponse__Output>(
      (request, options, answer) => directory.current().admit(request, options, answer),
      { bootId, admissions: items.map(({ entry, buckets }) => ({ entry, buckets: buckets.map(bucketToWire) })) },
      LIMITS.deadlineMs,
    )
    return decisions.map(outcomeFromWire)
  })
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
  if (outcome === 'admitted') return { admitted: true, onRecord: true }
  // Neither outcome is set: nothing is known, so nothing is let through.
  if (!limited) throw new Fault('UNAVAILABLE', 'a decision of no known kind')
  const { scope, count, periodMs, retryAfterMs } = limited
  return {
    admitted: false,
    limited: { scope: scopeFromWire(scope), count, periodMs, retryAfterMs },
    doubtful: false,
  }
}
