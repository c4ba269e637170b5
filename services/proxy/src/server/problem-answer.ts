import { FAULTS, type Fault, type FaultSpec } from '@protectmyapi/service-kit/faults'
import { problemHeaders, toProblem } from '@protectmyapi/service-kit/http/problem'

/** Fields that stop SDKs from retrying by themselves. OpenAI's, Anthropic's and Stripe's SDKs read them. */
const NO_RETRY = ['x-should-retry', 'false', 'stripe-should-retry', 'false'] as const

export interface ProblemAnswer {
  readonly status: number
  /** Name, value, … */
  readonly fields: readonly string[]
  readonly body: Buffer
}

/** A refusal as phones see it: RFC 9457, and the `error` member in which provider SDKs look for a message. */
export function problemAnswer(fault: Fault, requestId: string): ProblemAnswer {
  const { retry }: FaultSpec = FAULTS[fault.code]
  const problem = toProblem(fault, requestId)
  const { code, detail: message } = problem
  const body = Buffer.from(JSON.stringify({ ...problem, error: { code, type: 'protectmyapi_error', message } }), 'utf8')
  const fields = [
    ...Object.entries(problemHeaders(fault)).flat(),
    'content-length',
    String(body.length),
    ...(retry ? [] : NO_RETRY),
  ]
  return { status: problem.status, fields, body }
}
