import type { PeerCertificate } from 'node:tls'
import type { AuthContext } from '@grpc/grpc-js/build/src/auth-context.js'
import { describe, expect, it } from '@jest/globals'
import { peerOfCall } from './connection-peer.js'

const certificateOf = (name: string) =>
  ({ raw: Buffer.from(name), subjectaltname: `URI:spiffe://a/ns/b/sa/${name}` }) as PeerCertificate

/** A call as grpc-js passes it, and how often its certificate was read. */
function aCall(name: string, session: object | undefined) {
  const read = { times: 0 }
  const getAuthContext = (): AuthContext => {
    read.times += 1
    return name === '' ? {} : { sslPeerCertificate: certificateOf(name) }
  }
  return { read, getAuthContext, call: { stream: { session } } }
}

describe('the peer of a call', () => {
  it('is read from the certificate once per connection', () => {
    const session = {}
    const [first, second] = [aCall('proxy', session), aCall('proxy', session)]
    expect(peerOfCall(first)).toMatchObject({ spiffeId: 'spiffe://a/ns/b/sa/proxy' })
    expect(peerOfCall(second)).toBe(peerOfCall(first))
    expect([first.read.times, second.read.times]).toEqual([1, 0])
  })

  it('is read once for an interceptor and the handler behind it', () => {
    const stream = { session: {} }
    const under = { ...aCall('proxy', undefined), call: undefined, stream }
    const handled = { ...aCall('proxy', undefined), call: { nextCall: { stream } } }
    const early = peerOfCall(under)
    expect(peerOfCall(handled)).toBe(early)
    expect([under.read.times, handled.read.times]).toEqual([1, 0])
  })

  it('is that of its own connection and of no other', () => {
    peerOfCall(aCall('proxy', {}))
    expect(peerOfCall(aCall('management', {}))).toMatchObject({ spiffeId: 'spiffe://a/ns/b/sa/management' })
  })

  it.each([undefined, null, 'text'])('is read for each call if no connection is found (%p)', (session) => {
    const call = { ...aCall('proxy', undefined), call: { stream: { session } } }
    peerOfCall(call)
    peerOfCall(call)
    expect(call.read.times).toBe(2)
  })

  it('is refused as FORBIDDEN without a certificate, and that refusal is not cached', () => {
    const session = {}
    expect(() => peerOfCall(aCall('', session))).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
    expect(peerOfCall(aCall('proxy', session))).toMatchObject({ spiffeId: 'spiffe://a/ns/b/sa/proxy' })
  })
})
