import { Fault } from '@protectmyapi/service-kit/faults'
import { callUnary } from '@protectmyapi/service-kit/grpc-client'
import { scopeFromWire } from '../routes/route-from-wire.js'
import { batched } from './batched.js'

const LIMITS = {
  /** A phone waits for it. */
  deadlineMs: 3_000,
  /** Directory.Admit takes no more at once. */
  batchMax: 512,
  callsMax: 8,
}
/** Admission by management, over Postgres. One call for all who come in one turn of the event loop. */
export function directoryAdmit(directory, bootId, limits = LIMITS) {
  return batched(limits, async (items) => {
    const { decisions } = await callUnary(
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
}
function bucketToWire({ key, scope, count, periodMs, burst }) {
  return { key, scope: SCOPES[scope], count, periodMs, burst }
}
function outcomeFromWire({ outcome, limited }) {
  if (outcome === 'admitted') return { admitted: true, onRecord: true }
  // Neither of both: nothing is known, and nothing is let through.
  if (!limited) throw new Fault('UNAVAILABLE', 'a decision of no known kind')
  const { scope, count, periodMs, retryAfterMs } = limited
  return {
    admitted: false,
    limited: { scope: scopeFromWire(scope), count, periodMs, retryAfterMs },
    doubtful: false,
  }
}
//# sourceMappingURL=directory-admit.js.map
