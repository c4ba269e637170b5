import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { Fault } from '@protectmyapi/service-kit/faults'
import { CompactSign } from 'jose'
import { codeOf } from '../../test/code-of.js'
import { appCheckClaims, appCheckToken, FIREBASE, makeFirebaseKey } from '../../test/firebase-device.js'
import { createVerifyAppCheck } from './verify-app-check.js'

const NOW_MS = Date.UTC(2026, 0, 15, 12)
const DAY_SECONDS = 24 * 60 * 60
const key = makeFirebaseKey()
const claims = appCheckClaims(NOW_MS)
const verify = createVerifyAppCheck(async (id) => (id === key.id ? key.publicKey : undefined))
const verdictOn = async (changes: object, header: object = {}, nowMs = NOW_MS): Promise<string | undefined> =>
  codeOf(verify(await appCheckToken({ ...claims, ...changes }, key, header), FIREBASE, nowMs))

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const HEADER = { typ: 'JWT', kid: key.id }

describe('a token of Firebase App Check', () => {
  it('verifies, and says its end', async () => {
    expect(await verify(await appCheckToken(claims, key), FIREBASE, NOW_MS)).toEqual({ expiresMs: claims.exp * 1_000 })
  })

  it.each(['iss', 'aud', 'sub', 'iat', 'exp'])('is refused without %s', async (claim) => {
    expect(await verdictOn({ [claim]: undefined })).toBe('INVALID_ATTESTATION')
    expect(await verdictOn({ [claim]: null })).toBe('INVALID_ATTESTATION')
  })

  it.each([
    { iss: 'https://firebaseappcheck.googleapis.com/210987654321' },
    { iss: `https://firebaseappcheck.googleapis.com/${FIREBASE.projectNumber}/` },
    { iss: `https://example.com/${FIREBASE.projectNumber}` },
    { aud: ['projects/210987654321'] },
    { aud: [] },
    { aud: FIREBASE.projectNumber },
    { sub: '1:123456789012:ios:ffffffffffffffff' },
    { sub: '' },
    { provider: 'debug' },
  ])('is refused with %j', async (changes) => {
    expect(await verdictOn(changes)).toBe('ATTESTATION_FAILED')
  })

  it('verifies without naming what vouched for the app, and with its audience as text', async () => {
    expect(await verdictOn({ provider: undefined })).toBe('answered')
    expect(await verdictOn({ aud: `projects/${FIREBASE.projectNumber}` })).toBe('answered')
  })

  it('is refused from its end on', async () => {
    expect(await verdictOn({}, {}, claims.exp * 1_000 - 1)).toBe('answered')
    expect(await verdictOn({}, {}, claims.exp * 1_000)).toBe('ATTESTATION_EXPIRED')
  })

  it('is refused if it is from more than half a minute in the future', async () => {
    expect(await verdictOn({}, {}, NOW_MS - 30_000)).toBe('answered')
    expect(await verdictOn({}, {}, NOW_MS - 30_001)).toBe('ATTESTATION_FAILED')
  })

  it('is refused if it is to live longer than seven days, or ends before it begins', async () => {
    expect(await verdictOn({ exp: claims.iat + 7 * DAY_SECONDS })).toBe('answered')
    expect(await verdictOn({ exp: claims.iat + 7 * DAY_SECONDS + 1 })).toBe('ATTESTATION_FAILED')
    expect(await verdictOn({ iat: claims.iat + 20, exp: claims.iat + 10 })).toBe('ATTESTATION_FAILED')
  })

  it.each([{ typ: undefined }, { typ: 'at+jwt' }, { kid: 'unknown' }])(
    'is refused with the header %j',
    async (header) => {
      expect(await verdictOn({}, header)).toBe('ATTESTATION_FAILED')
    },
  )

  it('is refused without a key id', async () => {
    expect(await verdictOn({}, { kid: undefined })).toBe('INVALID_ATTESTATION')
  })

  it.each([
    ['none', async () => `${base64url({ ...HEADER, alg: 'none' })}.${base64url(claims)}.`],
    ...['spki', 'pkcs1'].map(
      (type) =>
        [
          `HS256 with the public key as ${type}`,
          () => {
            const shared = key.publicKey.export({ format: 'pem', type: type as 'spki' })
            return new CompactSign(Buffer.from(JSON.stringify(claims)))
              .setProtectedHeader({ ...HEADER, alg: 'HS256' })
              .sign(createSecretKey(Buffer.from(shared)))
          },
        ] as const,
    ),
    ['RS512', () => appCheckToken(claims, key, { alg: 'RS512' })],
    ['PS256', () => appCheckToken(claims, key, { alg: 'PS256' })],
    [
      'ES256',
      () => appCheckToken(claims, { ...key, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }, { alg: 'ES256' }),
    ],
    ['another key under the same id', () => appCheckToken(claims, makeFirebaseKey(key.id))],
  ] as const)('is refused if it is signed by %s', async (_name, make) => {
    expect(await codeOf(verify(await make(), FIREBASE, NOW_MS))).toBe('ATTESTATION_FAILED')
  })

  it('is refused if one of its claims was changed after it was signed', async () => {
    const [header, , signature] = (await appCheckToken(claims, key)).split('.')
    const altered = [header, base64url({ ...claims, sub: FIREBASE.appIds[1] }), signature].join('.')
    expect(await codeOf(verify(altered, FIREBASE, NOW_MS))).toBe('ATTESTATION_FAILED')
  })

  it.each(['', 'token', 'a.b.c', '...'])('cannot be read if it is %j', async (token) => {
    expect(await codeOf(verify(token, FIREBASE, NOW_MS))).toBe('INVALID_ATTESTATION')
  })

  it('cannot be read if it is longer than 8 KiB, even with a valid signature', async () => {
    expect(await verdictOn({ long: 'x'.repeat(8 * 1_024) })).toBe('INVALID_ATTESTATION')
  })

  it('is UNAVAILABLE, and not refused, if its key cannot be looked up', async () => {
    const away = createVerifyAppCheck(() => Promise.reject(new Fault('UNAVAILABLE', 'away')))
    expect(await codeOf(away(await appCheckToken(claims, key), FIREBASE, NOW_MS))).toBe('UNAVAILABLE')
  })
})
