import { Fault } from '@protectmyapi/service-kit/faults'

/** The client library's codes for a provider that did not answer in time. */
const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
/** …and for what only a mistake of ours can cause. */
const MISTAKES = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'])
/** What the client library reports, as a refusal. Refusals of our own pass through it unchanged. */
export function upstreamFault(error) {
  if (error instanceof Fault) return error
  const code = 'code' in error ? error.code : undefined
  if (TIMEOUTS.has(code)) return new Fault('UPSTREAM_TIMEOUT', error.message, { cause: error })
  if (MISTAKES.has(code))
    return new Fault('INTERNAL', `the request could not be sent: ${error.message}`, { cause: error })
  return new Fault('UPSTREAM_UNREACHABLE', error.message, { cause: error })
}
//# sourceMappingURL=upstream-fault.js.map
