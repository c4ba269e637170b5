import { FAULTS, type Fault, type FaultSpec, type FieldError } from '../faults.js'

/** RFC 9457 problem details, with additional members. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly requestId: string
  readonly errors?: readonly FieldError[]
}

/** Default of `Retry-After` for refusals that pass by themselves. */
const RETRY_AFTER_SECONDS = 1

/** RFC 9110 § 15.5.2 requires this field with each 401; the scheme is RFC 6750's. */
const CHALLENGE = { 'www-authenticate': 'Bearer realm="protectmyapi"' }

/** The body of a refusal. Detail and cause of the fault stay in the log. */
export function toProblem(fault: Fault, requestId: string): Problem {
  const spec: FaultSpec = FAULTS[fault.code]
  const code = spec.shownAs ?? fault.code
  return {
    type: `urn:protectmyapi:fault:${code}`,
    title: code,
    status: spec.http,
    detail: fault.say,
    code,
    requestId,
    ...(fault.details.errors ? { errors: fault.details.errors } : {}),
  }
}

/** Header fields of a refusal, lower case. */
export function problemHeaders(fault: Fault): Record<string, string> {
  const { http, retry }: FaultSpec = FAULTS[fault.code]
  const retryAfter = fault.details.retryAfterSeconds ?? (http === 503 && retry ? RETRY_AFTER_SECONDS : undefined)
  return {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfter))) }),
    ...(http === 401 ? CHALLENGE : {}),
    ...(fault.details.allow ? { allow: fault.details.allow.join(', ') } : {}),
    ...fault.details.headers,
  }
}
