import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { publicHalf } from './public-half.js'

const refused = expect.objectContaining({
  code: 'INVALID_REQUEST',
  message: 'value: not an Ed25519 key',
  say: 'value: Give an Ed25519 private key, PKCS #8 in DER.',
})

describe('the public half of a grant key', () => {
  it('is derived from the private key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const derived = publicHalf(privateKey.export({ format: 'der', type: 'pkcs8' }))
    expect(derived).toEqual(publicKey.export({ format: 'der', type: 'spki' }))
  })

  it('is refused for a P-256 key and for a public key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    expect(() => publicHalf(privateKey.export({ format: 'der', type: 'pkcs8' }))).toThrow(refused)
    const { publicKey } = generateKeyPairSync('ed25519')
    expect(() => publicHalf(publicKey.export({ format: 'der', type: 'spki' }))).toThrow(refused)
  })

  it('is refused for bytes that are not a key, and the error does not repeat them', () => {
    try {
      publicHalf(Buffer.from('-----BEGIN PRIVATE KEY----- canary'))
      throw new Error('not refused')
    } catch (err) {
      expect(err).toEqual(refused)
      expect(JSON.stringify([String(err), err instanceof Error ? err.cause : undefined])).not.toContain('canary')
    }
  })
})
