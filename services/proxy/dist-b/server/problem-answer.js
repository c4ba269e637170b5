import { problemHeaders, toProblem } from '@protectmyapi/service-kit/problem'

/**
 * The refusals that an SDK may send again by itself: both are raised before anything has left for the provider, and pass
 * with time. Every other one carries the words by which SDKs refrain: a retry cannot mend it, or (UPSTREAM_…, INTERNAL)
 * the provider may have done the work already, and a second POST is a second bill.
 */
const SDK_MAY_RETRY = new Set(['RATE_LIMITED', 'UNAVAILABLE'])
/** Read by OpenAI's and Anthropic's SDKs, and by Stripe's. */
const NO_RETRY = ['x-should-retry', 'false', 'stripe-should-retry', 'false']
/** A refusal as phones see it: RFC 9457, and the `error` member in which provider SDKs look for words. */
export function problemAnswer(fault, requestId) {
  const problem = toProblem(fault, requestId)
  const { code, detail: message } = problem
  const body = Buffer.from(JSON.stringify({ ...problem, error: { code, type: 'protectmyapi_error', message } }), 'utf8')
  const fields = [
    ...Object.entries(problemHeaders(fault)).flat(),
    'content-length',
    String(body.length),
    ...(SDK_MAY_RETRY.has(fault.code) ? [] : NO_RETRY),
  ]
  return { status: problem.status, fields, body }
}
//# sourceMappingURL=problem-answer.js.map
