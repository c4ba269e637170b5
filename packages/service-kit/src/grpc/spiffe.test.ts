import type { PeerCertificate } from 'node:tls'
import { describe, expect, it } from '@jest/globals'
import { isInternalIdentity, peerFromCertificate, spiffeId } from './spiffe.js'

const certificate = (subjectaltname: string): PeerCertificate =>
  ({ raw: Buffer.from('der'), subjectaltname }) as PeerCertificate
const refused = expect.objectContaining({ code: 'FORBIDDEN' })

describe('peerFromCertificate', () => {
  it('reads the one SPIFFE id', () => {
    const id = spiffeId('example.org', 'pma', 'proxy')
    expect(peerFromCertificate(certificate(`DNS:localhost, URI:${id}, IP Address:127.0.0.1`)).spiffeId).toBe(id)
  })

  it.each([
    ['none', 'DNS:localhost'],
    ['two', 'URI:spiffe://a/ns/b/sa/c, URI:spiffe://a/ns/b/sa/d'],
    ['another scheme', 'URI:https://a/ns/b/sa/c'],
    ['one hidden in a quoted name', 'DNS:"x, URI:spiffe://a/ns/b/sa/vault"'],
    ['a trust domain alone', 'URI:spiffe://a'],
    ['nothing at all', ''],
  ])('refuses a certificate whose names do not contain exactly one SPIFFE id: %s', (_what, names) => {
    expect(() => peerFromCertificate(certificate(names))).toThrow(refused)
  })

  it('refuses a peer without a certificate', () => {
    expect(() => peerFromCertificate(undefined)).toThrow(refused)
  })
})

describe('isInternalIdentity', () => {
  const isInternal = (id: string) => isInternalIdentity('example.org', 'pma', id)

  it.each([
    'spiffe://example.org/ns/pma/sa/worker',
    'spiffe://example.org/ns/apps/sa/vault',
    'spiffe://example.org/ns/a/sa/..b',
  ])('accepts %s', (id) => {
    expect(isInternal(id)).toBe(true)
  })

  it.each([
    'spiffe://example.org/ns/pma/sa/management',
    'spiffe://example.org/ns/pma/sa/vault',
    'spiffe://example.org/ns/pma/sa/proxy',
    'spiffe://example.org.evil/ns/apps/sa/worker',
    'spiffe://evil/ns/apps/sa/worker',
    'spiffe://example.org/',
    'spiffe://example.org/ns/pma/sa/x/../proxy',
    'spiffe://example.org/ns/apps/sa/.',
    'spiffe://example.org/ns//sa/worker',
    'spiffe://example.org/ns/apps/sa/wor ker',
    'internal service',
  ])('rejects %s', (id) => {
    expect(isInternal(id)).toBe(false)
  })
})
