import { Fault } from '@protectmyapi/service-kit/faults'

/** The client library's codes for a provider that did not answer in time. */
const TIMEOUTS: ReadonlySet<unknown> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
/** The client library's codes for errors that only a defect of the proxy can cause. */
const MISTAKES: ReadonlySet<unknown> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'])

/** Turns an error of the client library into a refusal. The proxy's own refusals pass through it unchanged. */
export function upstreamFault(error: Error): Fault {
  if (error instanceof Fault) return error
  const code = 'code' in error ? error.code : undefined
  if (TIMEOUTS.has(code)) return new Fault('UPSTREAM_TIMEOUT', error.message, { cause: error })
  if (MISTAKES.has(code))
    return new Fault('INTERNAL', `the request could not be sent: ${error.message}`, { cause: error })
  return new Fault('UPSTREAM_UNREACHABLE', error.message, { cause: error })
}
