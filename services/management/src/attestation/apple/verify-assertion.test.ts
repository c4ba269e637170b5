import { createHash, X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { type AppleDevice, createAppleDevice } from '@protectmyapi/dev-kit/attestation/apple-device'
import { encodeCbor } from '@protectmyapi/dev-kit/attestation/encode-cbor'
import { refusalOf } from '../../test/refusal-of.js'
import { type RegisteredKey, verifyAppleAssertion } from './verify-assertion.js'
import { verifyAppleAttestation } from './verify-attestation.js'

const TEAM_ID = 'ABCDE12345'
const BUNDLE_ID = 'com.example.chat'
const CHALLENGE = 'a challenge'

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
const given = (assertion: Buffer) => ({ assertion, clientDataHash: sha256(CHALLENGE) })

/** Registers a key of the device. */
async function registered(device: AppleDevice): Promise<RegisteredKey> {
  const { attestation, keyId } = await device.attest(CHALLENGE, `${TEAM_ID}.${BUNDLE_ID}`)
  const { publicKey, bundleId } = verifyAppleAttestation(
    { attestation, keyId, clientDataHash: sha256(CHALLENGE) },
    { teamId: TEAM_ID, bundleIds: [BUNDLE_ID], allowDevelopment: false },
    { nowMs: Date.now(), roots: [new X509Certificate(device.rootPem)] },
  )
  return { publicKey, bundleId, counter: 0 }
}

describe('an assertion of App Attest', () => {
  let device: AppleDevice
  let key: RegisteredKey

  beforeAll(async () => {
    device = await createAppleDevice()
    key = await registered(device)
  })

  const outcomeOf = (assertion: Buffer, held = key, teamId = TEAM_ID): string =>
    refusalOf(() => verifyAppleAssertion(given(assertion), held, teamId))

  it('tells the counter, which rises from one to the next', () => {
    const first = verifyAppleAssertion(given(device.assert(CHALLENGE)), key, TEAM_ID)
    const second = verifyAppleAssertion(given(device.assert(CHALLENGE)), { ...key, ...first }, TEAM_ID)
    expect(second.counter).toBe(first.counter + 1)
  })

  it('is accepted from a system that describes the app behind the counter', async () => {
    const newer = await createAppleDevice({ describesApp: true })
    const held = await registered(newer)
    expect(verifyAppleAssertion(given(newer.assert(CHALLENGE)), held, TEAM_ID)).toEqual({ counter: 1 })
  })

  it('is refused where its counter was seen, or a higher one', () => {
    const assertion = device.assert(CHALLENGE)
    const { counter } = verifyAppleAssertion(given(assertion), key, TEAM_ID)
    const at = (held: number): string => outcomeOf(assertion, { ...key, counter: held })
    expect([at(counter - 1), at(counter), at(counter + 1), at(Number.NaN)]).toEqual([
      'done',
      'ATTESTATION_FAILED: the counter did not rise',
      'ATTESTATION_FAILED: the counter did not rise',
      'ATTESTATION_FAILED: the counter did not rise',
    ])
  })

  it('is refused for another challenge, of another key, or of another app', async () => {
    const another = await registered(await createAppleDevice())
    const assertion = device.assert(CHALLENGE)
    const otherwise = 'ATTESTATION_FAILED: the signature does not verify'
    expect([
      outcomeOf(assertion),
      outcomeOf(device.assert('another challenge')),
      outcomeOf(assertion, another),
      outcomeOf(assertion, { ...key, bundleId: 'com.example.other' }),
      outcomeOf(assertion, key, 'ZZZZZ12345'),
    ]).toEqual([
      'done',
      otherwise,
      otherwise,
      'ATTESTATION_FAILED: the app id is another one',
      'ATTESTATION_FAILED: the app id is another one',
    ])
  })

  it.each<[string, (data: Buffer) => Buffer, string]>([
    ['no counter', (data) => data.subarray(0, 36), 'authenticator data: too short'],
    ['a byte behind the counter', (data) => Buffer.concat([data, Buffer.alloc(1)]), 'CBOR: no map where one belongs'],
    [
      'two maps behind it',
      (data) => Buffer.concat([data, Buffer.from('a0a0', 'hex')]),
      'CBOR: something behind its end',
    ],
  ])('is refused with %s, even if the key signed it', (_what, altered, reason) => {
    expect(outcomeOf(device.assert(CHALLENGE, altered))).toBe(`INVALID_ATTESTATION: ${reason}`)
  })

  it.each([
    ['nothing in it', new Map()],
    ['no signature', new Map([['authenticatorData', Buffer.alloc(37)]])],
    ['no authenticator data', new Map([['signature', Buffer.alloc(70)]])],
  ])('cannot be read with %s', (_what, map) => {
    expect(outcomeOf(encodeCbor(map))).toBe('INVALID_ATTESTATION: CBOR: no bytes where they belong')
  })

  it('cannot be signed by nothing', () => {
    for (const signature of ['', '00', '3000', '3006020100020100', '3006020101020101']) {
      const data = new Map([
        ['signature', Buffer.from(signature, 'hex')],
        ['authenticatorData', Buffer.alloc(37)],
      ])
      expect(outcomeOf(encodeCbor(data))).toBe('ATTESTATION_FAILED: the signature does not verify')
    }
  })

  it('is refused with any bit flipped', () => {
    const assertion = device.assert(CHALLENGE)
    for (let bit = 0; bit < assertion.length * 8; bit += 1) {
      const flipped = Buffer.from(assertion)
      flipped[bit >> 3] = (assertion[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect([bit, outcomeOf(flipped)]).toEqual([
        bit,
        expect.stringMatching(/^(INVALID_ATTESTATION|ATTESTATION_FAILED): /),
      ])
    }
  })
})
