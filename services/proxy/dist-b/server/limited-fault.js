import { Fault } from '@protectmyapi/service-kit/faults'
/** RATE_LIMITED with the fields of draft-ietf-httpapi-ratelimit-headers-10: which policy, and how long. */
export function limitedFault({ scope, count, periodMs, retryAfterMs }) {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1_000))
  return new Fault('RATE_LIMITED', `the limit per ${scope}`, {
    retryAfterSeconds,
    headers: {
      ratelimit: `"${scope}";r=0;t=${retryAfterSeconds}`,
      'ratelimit-policy': `"${scope}";q=${count};w=${Math.ceil(periodMs / 1_000)}`,
    },
  })
}
//# sourceMappingURL=limited-fault.js.map
