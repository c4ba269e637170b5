import { Fault } from '@protectmyapi/service-kit/faults'
import { callUnary } from '@protectmyapi/service-kit/grpc-client'
import { scopeFromWire } from '../routes/route-from-wire.js'

/** A phone waits for it. */
const DEADLINE_MS = 3_000
export function grpcAdmit(directory, bootId) {
  return async (items) => {
    const { decisions } = await callUnary(
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
}
function bucketToWire({ key, scope, count, periodMs, burst }) {
  return { key, scope: SCOPES[scope], count, periodMs, burst }
}
function outcomeFromWire({ outcome, limited }) {
  if (outcome === 'admitted') return { admitted: true }
  // Neither of both: nothing is known, and nothing is let through.
  if (!limited) throw new Fault('UNAVAILABLE', 'a decision of no known kind')
  const { scope, count, periodMs, retryAfterMs } = limited
  return { admitted: false, limited: { scope: scopeFromWire(scope), count, periodMs, retryAfterMs } }
}
//# sourceMappingURL=grpc-admit.js.map
