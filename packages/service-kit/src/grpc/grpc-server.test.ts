import type { PeerCertificate } from 'node:tls'
import type { ServerUnaryCall } from '@grpc/grpc-js'
import { describe, expect, it } from '@jest/globals'
import { Fault } from '../faults.js'
import { createLogger } from '../program/log.js'
import { type UnaryContext, unary } from './grpc-server.js'

const certificate = { raw: Buffer.from('der'), subjectaltname: 'URI:spiffe://a/ns/b/sa/c' } as PeerCertificate

/** The parts of a call that a handler reads, without the wire. */
function aCall(): ServerUnaryCall<string, Buffer> {
  const call = {
    request: 'asked',
    getAuthContext: () => ({ sslPeerCertificate: certificate }),
    getDeadline: () => new Date(),
    getPath: () => '/a/b',
  }
  return call as unknown as ServerUnaryCall<string, Buffer>
}

/** The bytes of the answer at the moment it was sent, and when it was wiped. */
function answered(handle: (request: string, context: UnaryContext) => Promise<Buffer>): Promise<string[]> {
  const happened: string[] = []
  const gate = { authorize: () => undefined, log: createLogger('test', 'silent') }
  return new Promise((resolve) => {
    const watched = (request: string, context: UnaryContext): Promise<Buffer> =>
      handle(request, {
        ...context,
        afterwards: (run) =>
          context.afterwards(() => {
            run()
            happened.push('wiped')
            resolve(happened)
          }),
      })
    unary(gate, watched)(aCall(), (err, bytes) => void happened.push(err ? 'refused' : String(bytes)))
  })
}

describe('a unary call', () => {
  it('wipes what is secret in its answer after the answer was made into bytes, not before', async () => {
    const happened = await answered(async (_request, { afterwards }) => {
      const secret = Buffer.from('secret')
      afterwards(() => void secret.fill(0))
      return secret
    })
    expect(happened).toEqual(['secret', 'wiped'])
  })

  it('runs its wiping step also when the call is refused', async () => {
    const happened = await answered(async (_request, { afterwards }) => {
      afterwards(() => undefined)
      throw new Fault('UNAVAILABLE', 'no')
    })
    expect(happened).toEqual(['refused', 'wiped'])
  })
})
