import { describe, expect, it } from '@jest/globals'
import { FAULTS, Fault, type FaultCode, type FaultSpec, isFaultCode } from '@protectmyapi/service-kit/faults'
import { limitedFault } from './limited-fault.js'
import { problemAnswer } from './problem-answer.js'

const codes = Object.keys(FAULTS).filter(isFaultCode)
const fieldsOf = (code: FaultCode): Map<string, string> => {
  const { fields } = problemAnswer(new Fault(code, 'private detail'), 'req_1')
  return new Map(fields.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, fields[at + 1] ?? '']] : [])))
}

describe('a refusal', () => {
  it.each(codes)('with the code %s has that code’s status, its text in both forms, and nothing private', (code) => {
    const { status, body } = problemAnswer(new Fault(code, 'private detail'), 'req_1')
    const { say, shownAs }: FaultSpec = FAULTS[code]
    const shown = shownAs ?? code
    expect(status).toBe(FAULTS[code].http)
    expect(JSON.parse(body.toString())).toMatchObject({
      code: shown,
      detail: say,
      requestId: 'req_1',
      error: { code: shown, message: say, type: 'protectmyapi_error' },
    })
    expect(body.toString()).not.toContain('private')
  })

  it('lets SDKs try again only for RATE_LIMITED and UNAVAILABLE', () => {
    const retried = codes.filter((code) => fieldsOf(code).get('x-should-retry') !== 'false')
    expect(retried).toEqual(['RATE_LIMITED', 'UNAVAILABLE'])
    expect(codes.filter((code) => fieldsOf(code).get('stripe-should-retry') !== 'false')).toEqual(retried)
  })

  it('says when to come back for UNAVAILABLE, but not for CHANGED_UNDER_WAY, which is a 503 too', () => {
    expect(codes.filter((code) => FAULTS[code].http === 503)).toEqual(['CHANGED_UNDER_WAY', 'UNAVAILABLE'])
    expect(codes.filter((code) => fieldsOf(code).has('retry-after'))).toEqual(['UNAVAILABLE'])
  })

  it('of a limit states whole seconds, rounded up', () => {
    const fault = limitedFault({ scope: 'app', count: 5, periodMs: 1_500, retryAfterMs: 1 })
    expect(fault.details).toMatchObject({
      retryAfterSeconds: 1,
      headers: { ratelimit: '"app";r=0;t=1', 'ratelimit-policy': '"app";q=5;w=2' },
    })
  })
})
