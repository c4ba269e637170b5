import { Metadata, status } from '@grpc/grpc-js'
import { describe, expect, it } from '@jest/globals'
import { asFault, FAULTS, Fault, isFaultCode } from './faults.js'
import { fromGrpcError, toGrpcError } from './grpc/grpc-fault.js'
import { problemHeaders, toProblem } from './http/problem.js'

const serviceError = (sent: ReturnType<typeof toGrpcError>) =>
  Object.assign(new Error('x'), {
    code: sent.code ?? status.UNKNOWN,
    details: sent.details ?? '',
    metadata: sent.metadata ?? new Metadata(),
  })

describe('the fault table', () => {
  it.each(Object.keys(FAULTS).filter(isFaultCode))('%s survives the wire between services', (code) => {
    const arrived = fromGrpcError(
      serviceError(
        toGrpcError(new Fault(code, 'private detail', { say: 'Say «this», please.', retryAfterSeconds: 7 })),
      ),
    )
    expect(arrived.code).toBe(code)
    expect(arrived.say).toBe('Say «this», please.')
    expect(arrived.details.retryAfterSeconds).toBe(7)
  })

  it('answers 500 INTERNAL for an unknown error, and shows neither its message nor a fault’s private detail', () => {
    const problem = toProblem(asFault(new Error('password=hunter2')), 'req_1')
    expect(problem).toMatchObject({ status: 500, code: 'INTERNAL', requestId: 'req_1' })
    expect(JSON.stringify(problem)).not.toContain('hunter2')
    expect(JSON.stringify(toGrpcError(new Fault('FORBIDDEN', 'private detail')))).not.toContain('private detail')
  })

  it('reads a gRPC error without a fault code as UNAVAILABLE', () => {
    const foreign = Object.assign(new Error('x'), {
      code: status.UNIMPLEMENTED,
      details: 'no',
      metadata: new Metadata(),
    })
    expect(fromGrpcError(foreign).code).toBe('UNAVAILABLE')
  })

  it('gives every 503 a Retry-After of at least a second', () => {
    expect(problemHeaders(new Fault('UNAVAILABLE', 'x'))).toMatchObject({ 'retry-after': '1' })
    expect(problemHeaders(new Fault('RATE_LIMITED', 'x', { retryAfterSeconds: 0.2 }))).toMatchObject({
      'retry-after': '1',
    })
    expect(problemHeaders(new Fault('NOT_FOUND', 'x'))).not.toHaveProperty('retry-after')
  })

  it('shows the code TOO_LARGE for large headers (431) and for a large body (413)', () => {
    expect(toProblem(new Fault('HEADERS_TOO_LARGE', 'x'), 'req_1')).toMatchObject({ status: 431, code: 'TOO_LARGE' })
    expect(toProblem(new Fault('TOO_LARGE', 'x'), 'req_1')).toMatchObject({ status: 413, code: 'TOO_LARGE' })
  })

  it('does not take an inherited property name for a fault code', () => {
    expect(isFaultCode('toString')).toBe(false)
    expect(isFaultCode('UNAVAILABLE')).toBe(true)
  })
})
