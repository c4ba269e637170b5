import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { describe, expect, it } from '@jest/globals'
import { FAULTS, Fault, type FaultCode, isFaultCode } from '../faults.js'
import { fromGrpcError, toGrpcError } from './grpc-fault.js'

/** The error as the other side receives it. */
function received(thrown: unknown): ServiceError {
  const { code = status.UNKNOWN, details = '', metadata = new Metadata() } = toGrpcError(thrown)
  return Object.assign(new Error(details), { code, details, metadata })
}

describe('a fault over gRPC', () => {
  it('arrives with the same code, for every code of the table', () => {
    for (const code of Object.keys(FAULTS).filter(isFaultCode)) {
      expect(fromGrpcError(received(new Fault(code, 'private')))).toMatchObject({ code })
    }
  })

  it('carries its sentence in any script and its retry time, but never its private detail', () => {
    const say = 'Größe: höchstens 5 % – ¥ 🔑, \ud800'
    const error = received(new Fault('RATE_LIMITED', 'private detail', { say, retryAfterSeconds: 7 }))
    expect(fromGrpcError(error).details).toMatchObject({ say: say.replace('\ud800', '\ufffd'), retryAfterSeconds: 7 })
    expect(JSON.stringify([error.details, error.metadata.getMap()])).not.toContain('private')
  })

  it('reports an unexpected error as INTERNAL, without its message', () => {
    const error = received(new TypeError('cannot read sk-value of undefined'))
    expect(error.code).toBe(status.INTERNAL)
    expect(JSON.stringify([error.details, error.metadata.getMap()])).not.toContain('sk-value')
  })

  it.each<[number, FaultCode]>([
    [status.UNAVAILABLE, 'UNAVAILABLE'],
    [status.DEADLINE_EXCEEDED, 'UNAVAILABLE'],
    [status.UNIMPLEMENTED, 'UNAVAILABLE'],
  ])('is UNAVAILABLE if the other side sent no fault code (status %p)', (code, expected) => {
    const error = Object.assign(new Error('x'), { code, details: 'x', metadata: new Metadata() })
    expect(fromGrpcError(error).code).toBe(expected)
  })

  it('keeps its code and the encoded sentence if the sentence cannot be decoded', () => {
    const metadata = new Metadata()
    metadata.set('pma-fault', 'CONFLICT')
    metadata.set('pma-detail', '%E0%A4%A')
    const error = Object.assign(new Error('x'), { code: status.ABORTED, details: 'x', metadata })
    expect(fromGrpcError(error)).toMatchObject({ code: 'CONFLICT', details: { say: '%E0%A4%A' } })
  })
})
