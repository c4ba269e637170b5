import { Fault } from '@protectmyapi/service-kit/faults'
import type { Limited } from '../admit/admission.js'
import type { Exceeded } from '../quota/quotas.js'

/** RATE_LIMITED with the fields of draft-ietf-httpapi-ratelimit-headers-10: which policy, and how long. */
export function limitedFault({ scope, count, periodMs, retryAfterMs }: Limited): Fault {
  const retryAfterSeconds = secondsUntil(retryAfterMs)
  return new Fault('RATE_LIMITED', `the limit per ${scope}`, {
    retryAfterSeconds,
    headers: {
      ratelimit: `"${scope}";r=0;t=${retryAfterSeconds}`,
      'ratelimit-policy': `"${scope}";q=${count};w=${Math.ceil(periodMs / 1_000)}`,
    },
  })
}

const WHOSE = {
  device: 'of this device',
  app: 'of this app',
  organization: 'of this organization',
} as const satisfies Record<Exceeded['scope'], string>

/** QUOTA_EXCEEDED with the same fields. The policy is named for scope and period, because a scope may have both. */
export function exceededFault({ scope, period, count, startsAtMs, endsAtMs, retryAfterMs }: Exceeded): Fault {
  const retryAfterSeconds = secondsUntil(retryAfterMs)
  const resets = new Date(endsAtMs).toISOString().replace('.000Z', 'Z')
  const say = `The quota ${WHOSE[scope]}, ${count} requests per ${period}, is used up. It is full again at ${resets}.`
  return new Fault('QUOTA_EXCEEDED', `the quota per ${scope} and ${period}`, {
    say,
    retryAfterSeconds,
    headers: {
      ratelimit: `"${scope}-${period}";r=0;t=${retryAfterSeconds}`,
      'ratelimit-policy': `"${scope}-${period}";q=${count};w=${(endsAtMs - startsAtMs) / 1_000}`,
    },
  })
}

/** Rounded up, so that a client that comes back then is let through. */
function secondsUntil(retryAfterMs: number): number {
  return Math.max(1, Math.ceil(retryAfterMs / 1_000))
}
