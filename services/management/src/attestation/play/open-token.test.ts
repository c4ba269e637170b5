import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { CompactEncrypt, CompactSign } from 'jose'
import { codeOf } from '../../test/code-of.js'
import { classicToken, makeResponseKeys, openedKeys } from '../../test/play-device.js'
import { openPlayToken } from './open-token.js'

const own = makeResponseKeys()
const keys = openedKeys(own)
const VERDICT = { requestDetails: { nonce: 'x' } }

const encrypt = (content: string | Uint8Array, header: object = {}, key: KeyObject | Uint8Array = keys.decryptionKey) =>
  new CompactEncrypt(Buffer.from(content)).setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM', ...header }).encrypt(key)

const sign = (header: { alg: string }, key: KeyObject, content = JSON.stringify(VERDICT)) =>
  new CompactSign(Buffer.from(content)).setProtectedHeader(header).sign(key)

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a classic token', () => {
  it('opens with the app’s response keys', async () => {
    expect(await openPlayToken(await classicToken(VERDICT, own), keys)).toEqual(VERDICT)
  })

  it('opens with no other app’s keys', async () => {
    const token = await classicToken(VERDICT, own)
    const other = openedKeys(makeResponseKeys())
    expect(await codeOf(openPlayToken(token, { ...keys, decryptionKey: other.decryptionKey }))).toBe(
      'ATTESTATION_FAILED',
    )
    expect(await codeOf(openPlayToken(token, { ...keys, verificationKey: other.verificationKey }))).toBe(
      'ATTESTATION_FAILED',
    )
  })

  it('stays shut if a character of any of its parts is changed', async () => {
    const parts = (await classicToken(VERDICT, own)).split('.')
    for (const at of parts.keys()) {
      const altered = parts.map((part, index) =>
        index === at ? part.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) : part,
      )
      expect(await codeOf(openPlayToken(altered.join('.'), keys))).toMatch(/^(INVALID_ATTESTATION|ATTESTATION_FAILED)$/)
    }
  })

  it('is refused if it is encrypted and not signed', async () => {
    expect(await codeOf(openPlayToken(await encrypt(JSON.stringify(VERDICT)), keys))).toBe('INVALID_ATTESTATION')
  })

  it('of a standard request is refused, and the app is told what it takes', async () => {
    await expect(openPlayToken('CqkBAbc_dE-f', keys)).rejects.toMatchObject({
      code: 'INVALID_ATTESTATION',
      say: expect.stringMatching(/classic request.*service account/),
    })
  })

  it('is refused if it is signed and not encrypted', async () => {
    expect(await codeOf(openPlayToken(await sign({ alg: 'ES256' }, own.signingKey), keys))).toBe('INVALID_ATTESTATION')
  })

  it.each([
    ['none', async () => `${base64url({ alg: 'none' })}.${base64url(VERDICT)}.`],
    [
      'HS256 with the verification key',
      () => sign({ alg: 'HS256' }, createSecretKey(own.shown.verificationKey, 'base64')),
    ],
    ['HS256 with the decryption key', () => sign({ alg: 'HS256' }, keys.decryptionKey)],
    ['RS256', () => sign({ alg: 'RS256' }, generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey)],
    ['ES384', () => sign({ alg: 'ES384' }, generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)],
    ['EdDSA', () => sign({ alg: 'EdDSA' }, generateKeyPairSync('ed25519').privateKey)],
  ])('is refused if its signature is by %s', async (_name, inner) => {
    expect(await codeOf(openPlayToken(await encrypt(await inner()), keys))).toBe('ATTESTATION_FAILED')
  })

  it.each([
    ['dir', 'A256GCM'],
    ['A256GCMKW', 'A256GCM'],
    ['A256KW', 'A128GCM'],
    ['A256KW', 'A256CBC-HS512'],
    ['PBES2-HS512+A256KW', 'A256GCM'],
  ])('is refused if it is encrypted by %s and %s with the app’s own key', async (alg, enc) => {
    const jws = await sign({ alg: 'ES256' }, own.signingKey)
    expect(await codeOf(openPlayToken(await encrypt(jws, { alg, enc }), keys))).toBe('ATTESTATION_FAILED')
  })

  it('is refused if it is encrypted by RSA-OAEP', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const token = await encrypt(await sign({ alg: 'ES256' }, own.signingKey), { alg: 'RSA-OAEP' }, publicKey)
    expect(await codeOf(openPlayToken(token, keys))).toBe('ATTESTATION_FAILED')
  })

  it('is refused if it is compressed, before it is inflated', async () => {
    const jws = await sign({ alg: 'ES256' }, own.signingKey)
    expect(await codeOf(openPlayToken(await encrypt(jws, { zip: 'DEF' }), keys))).toBe('ATTESTATION_FAILED')
  })

  it('is refused if it is longer than any token of Google’s, and if it holds no JSON', async () => {
    const long = await classicToken({ long: randomBytes(16 * 1_024).toString('hex') }, own)
    expect(await codeOf(openPlayToken(long, keys))).toBe('INVALID_ATTESTATION')
    const text = await encrypt(await sign({ alg: 'ES256' }, own.signingKey, 'text'))
    expect(await codeOf(openPlayToken(text, keys))).toBe('INVALID_ATTESTATION')
  })

  it.each(['', '.', '....', 'a.b.c.d.e', 'token', 'é.é.é.é.é'])('is refused if it is %j', async (token) => {
    expect(await codeOf(openPlayToken(token, keys))).toMatch(/^(INVALID_ATTESTATION|ATTESTATION_FAILED)$/)
  })
})
