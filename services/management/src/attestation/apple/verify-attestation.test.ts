import { createHash, X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  type AlteredAttestation,
  type AppleDevice,
  createAppleDevice,
  encodeAttestation,
} from '@protectmyapi/dev-kit/attestation/apple-device'
import { encodeCbor } from '@protectmyapi/dev-kit/attestation/encode-cbor'
import { createDeviceAuthority } from '@protectmyapi/dev-kit/certificates/device-authority'
import { generatedCases } from '@protectmyapi/dev-kit/generated-cases'
import fc from 'fast-check'
import { refusalOf } from '../../test/refusal-of.js'
import { APPLE_APP_ATTESTATION_ROOT } from './apple-root.js'
import {
  type AcceptedBuilds,
  type GivenAttestation,
  type TrustNow,
  verifyAppleAttestation,
} from './verify-attestation.js'

const CHALLENGE = 'a challenge'
const BUILDS: AcceptedBuilds = {
  teamId: 'ABCDE12345',
  bundleIds: ['com.example.chat', 'com.example.chat.beta'],
  allowDevelopment: false,
}
const APP_ID = 'ABCDE12345.com.example.chat'
const DAY_MS = 86_400_000

const sha256 = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest()
const given = (attestation: Buffer, keyId: Buffer): GivenAttestation => ({
  attestation,
  keyId,
  clientDataHash: sha256(CHALLENGE),
})

/** Where the fields of an attestation's authenticator data begin. */
const AT = { rpIdHash: 0, counter: 33, aaguid: 37, idLength: 53, id: 55, coseKey: 87, behind: 164 } as const

const put =
  (at: number, bytes: Buffer | string) =>
  (data: Buffer): Buffer => {
    const copy = Buffer.from(data)
    Buffer.from(bytes).copy(copy, at)
    return copy
  }

const append =
  (bytes: Buffer) =>
  (data: Buffer): Buffer =>
    Buffer.concat([data, bytes])

describe('an attestation of App Attest', () => {
  let device: AppleDevice
  let trust: TrustNow

  beforeAll(async () => {
    device = await createAppleDevice()
    trust = { nowMs: Date.now(), roots: [new X509Certificate(device.rootPem)] }
  })

  /** What becomes of an attestation that Apple itself would have certified so. */
  async function outcomeOf(altered: AlteredAttestation, builds = BUILDS): Promise<string> {
    const { attestation, keyId } = await device.attest(CHALLENGE, APP_ID, altered)
    return refusalOf(() => verifyAppleAttestation(given(attestation, keyId), builds, trust))
  }

  it('tells the key, its app and its environment', async () => {
    const { attestation, keyId, receipt, certificates } = await device.attest(CHALLENGE, APP_ID)
    const [leaf = Buffer.alloc(0)] = certificates
    expect(verifyAppleAttestation(given(attestation, keyId), BUILDS, trust)).toEqual({
      keyId,
      publicKey: new X509Certificate(leaf).publicKey.export({ format: 'der', type: 'spki' }),
      bundleId: 'com.example.chat',
      environment: 'production',
      receipt,
    })
  })

  it('names the one of several bundle ids that it is of', async () => {
    const { attestation, keyId } = await device.attest(CHALLENGE, 'ABCDE12345.com.example.chat.beta')
    expect(verifyAppleAttestation(given(attestation, keyId), BUILDS, trust).bundleId).toBe('com.example.chat.beta')
  })

  it('is accepted from a system that describes the app behind the key', async () => {
    const newer = await createAppleDevice({ describesApp: true })
    const { attestation, keyId, authData } = await newer.attest(CHALLENGE, APP_ID)
    expect(authData.length).toBeGreaterThan(AT.behind)
    const { environment } = verifyAppleAttestation(given(attestation, keyId), BUILDS, {
      ...trust,
      roots: [new X509Certificate(newer.rootPem)],
    })
    expect(environment).toBe('production')
  })

  it('is refused under Apple’s root, where another authority made it', async () => {
    const { attestation, keyId } = await device.attest(CHALLENGE, APP_ID)
    const apple = { ...trust, roots: [new X509Certificate(APPLE_APP_ATTESTATION_ROOT)] }
    expect(refusalOf(() => verifyAppleAttestation(given(attestation, keyId), BUILDS, apple))).toBe(
      'ATTESTATION_FAILED: the intermediate certificate is not of a trusted root',
    )
    const both = {
      ...trust,
      roots: [new X509Certificate(APPLE_APP_ATTESTATION_ROOT), new X509Certificate(device.rootPem)],
    }
    expect(refusalOf(() => verifyAppleAttestation(given(attestation, keyId), BUILDS, both))).toBe('done')
  })

  describe('of the development environment', () => {
    it('is accepted where the app’s settings allow it, and else refused with the name of the setting', async () => {
      const developer = await createAppleDevice({ environment: 'development' })
      const { attestation, keyId } = await developer.attest(CHALLENGE, APP_ID)
      const trusted = { ...trust, roots: [new X509Certificate(developer.rootPem)] }
      const verified = (allowDevelopment: boolean) =>
        verifyAppleAttestation(given(attestation, keyId), { ...BUILDS, allowDevelopment }, trusted)
      expect(verified(true).environment).toBe('development')
      expect(() => verified(false)).toThrow(
        expect.objectContaining({
          code: 'ATTESTATION_FAILED',
          message: 'the key is of the development environment',
          say: expect.stringContaining('attestation.apple.allowDevelopment'),
        }),
      )
    })

    it('does not pass for production by its last seven bytes, nor another by its first nine', async () => {
      const allowing = { ...BUILDS, allowDevelopment: true }
      for (const aaguid of [
        'appattestdevelo\0',
        'appattest\0\0\0\0\0\0p',
        'appattes\0\0\0\0\0\0\0\0',
        '\0'.repeat(16),
      ]) {
        expect(await outcomeOf({ authData: put(AT.aaguid, aaguid) }, allowing)).toBe(
          'ATTESTATION_FAILED: the AAGUID is not one of App Attest',
        )
      }
    })
  })

  describe('is refused, even if Apple certified it,', () => {
    it.each<[string, AlteredAttestation, string]>([
      [
        'for another app',
        { authData: put(AT.rpIdHash, sha256('ABCDE12345.com.example.other')) },
        'the app id is another one',
      ],
      [
        'for another team',
        { authData: put(AT.rpIdHash, sha256('ZZZZZ12345.com.example.chat')) },
        'the app id is another one',
      ],
      ['with a counter of one', { authData: put(AT.counter + 3, Buffer.from([1])) }, 'the key was used before'],
      ['with a high counter', { authData: put(AT.counter, Buffer.from([1])) }, 'the key was used before'],
      ['with another key id', { authData: put(AT.id, Buffer.alloc(32)) }, 'the credential id is not the key id'],
      [
        'with another key',
        { authData: put(AT.coseKey + 10, Buffer.alloc(32)) },
        'the credential’s key is not the certified one',
      ],
      [
        'with another point of the key',
        { authData: put(AT.behind - 32, Buffer.alloc(32)) },
        'the credential’s key is not the certified one',
      ],
      [
        'with a key of another algorithm',
        { authData: put(AT.coseKey + 4, Buffer.from([0x27])) },
        'the credential’s key is not the certified one',
      ],
      [
        'with half of the key',
        { authData: (data) => data.subarray(0, AT.behind - 32) },
        'the credential’s key is not the certified one',
      ],
      [
        'with no key',
        { authData: (data) => data.subarray(0, AT.coseKey) },
        'the credential’s key is not the certified one',
      ],
      ['with a key of P-384', { curve: 'P-384' }, 'the certified key is not an uncompressed one of P-256'],
      [
        'by a leaf that names another issuer',
        { leaf: (leaf) => ({ ...leaf, isMisnamed: true }) },
        'the leaf is not of its intermediate',
      ],
      [
        'by a leaf that is an authority',
        { leaf: (leaf) => ({ ...leaf, isAuthority: true }) },
        'the leaf is an authority',
      ],
      ['without a nonce', { leaf: () => ({ extensions: [] }) }, 'the leaf has not one nonce'],
      [
        'with two nonces',
        { leaf: ({ extensions }) => ({ extensions: [...extensions, ...extensions] }) },
        'the leaf has not one nonce',
      ],
    ])('%s', async (_what, altered, reason) => {
      expect(await outcomeOf(altered)).toBe(`ATTESTATION_FAILED: ${reason}`)
    })

    it.each([
      ['another nonce', (nonce: Buffer) => Buffer.concat([Buffer.from('3024a1220420', 'hex'), sha256(nonce)])],
      ['a nonce in another tag', (nonce: Buffer) => Buffer.concat([Buffer.from('3024a2220420', 'hex'), nonce])],
      ['a nonce in a set', (nonce: Buffer) => Buffer.concat([Buffer.from('3124a1220420', 'hex'), nonce])],
      [
        'a nonce of 31 bytes',
        (nonce: Buffer) => Buffer.concat([Buffer.from('3023a121041f', 'hex'), nonce.subarray(0, 31)]),
      ],
      [
        'a second value in its sequence',
        (nonce: Buffer) => Buffer.concat([Buffer.from('3026a1220420', 'hex'), nonce, Buffer.from('0500', 'hex')]),
      ],
    ])('with %s', async (_what, encode) => {
      const leaf: AlteredAttestation['leaf'] = ({ extensions }) => ({
        extensions: extensions.map(({ id, value }) => ({ id, value: encode(value.subarray(-32)) })),
      })
      expect(await outcomeOf({ leaf })).toMatch(/^ATTESTATION_FAILED: the leaf (has another nonce|is not DER)$/)
    })

    it.each<[string, AlteredAttestation, string]>([
      [
        'with a key id of 16 bytes',
        { authData: put(AT.idLength, Buffer.from([0, 16])) },
        'authenticator data: a key id of another length',
      ],
      [
        'with a key id of 65,568 bytes',
        { authData: put(AT.idLength, Buffer.from([1, 32])) },
        'authenticator data: a key id of another length',
      ],
      [
        'without a credential',
        { authData: (data) => data.subarray(0, AT.aaguid) },
        'authenticator data: too short for a key',
      ],
      [
        'with half a credential',
        { authData: (data) => data.subarray(0, AT.coseKey - 1) },
        'authenticator data: too short for a key',
      ],
      ['without a counter', { authData: (data) => data.subarray(0, AT.aaguid - 1) }, 'authenticator data: too short'],
      ['with a byte behind the key', { authData: append(Buffer.alloc(1)) }, 'CBOR: no map where one belongs'],
      [
        'with two maps behind the key',
        { authData: append(Buffer.from('a0a0', 'hex')) },
        'CBOR: something behind its end',
      ],
      ['with half a map behind the key', { authData: append(Buffer.from('a16161', 'hex')) }, 'CBOR: it ends early'],
      ['with a list behind the key', { authData: append(Buffer.from('80', 'hex')) }, 'CBOR: no map where one belongs'],
    ])('%s', async (_what, altered, reason) => {
      expect(await outcomeOf(altered)).toBe(`INVALID_ATTESTATION: ${reason}`)
    })
  })

  it('is refused with another key’s id, and for another challenge', async () => {
    const { attestation, keyId } = await device.attest(CHALLENGE, APP_ID)
    const other = await device.attest(CHALLENGE, APP_ID)
    expect(refusalOf(() => verifyAppleAttestation(given(attestation, other.keyId), BUILDS, trust))).toBe(
      'ATTESTATION_FAILED: the key id is not the certified key’s',
    )
    const replayed = { attestation, keyId, clientDataHash: sha256('another challenge') }
    expect(refusalOf(() => verifyAppleAttestation(replayed, BUILDS, trust))).toBe(
      'ATTESTATION_FAILED: the leaf has another nonce',
    )
  })

  it('is refused with the certificates of another, or with more or fewer of them', async () => {
    const parts = await device.attest(CHALLENGE, APP_ID)
    const stranger = await (await createAppleDevice()).attest(CHALLENGE, APP_ID)
    const [leaf = Buffer.alloc(0), intermediate = Buffer.alloc(0)] = parts.certificates
    const [strangeLeaf = Buffer.alloc(0), strangeIntermediate = Buffer.alloc(0)] = stranger.certificates
    const outcome = (...certificates: readonly Buffer[]): string =>
      refusalOf(() =>
        verifyAppleAttestation(given(encodeAttestation({ ...parts, certificates }), parts.keyId), BUILDS, trust),
      )
    const root = new X509Certificate(device.rootPem).raw
    expect({
      genuine: outcome(leaf, intermediate),
      'another leaf': outcome(strangeLeaf, intermediate),
      'another intermediate': outcome(leaf, strangeIntermediate),
      'the intermediate for a leaf': outcome(intermediate, root),
      'the leaf twice': outcome(leaf, leaf),
      reversed: outcome(intermediate, leaf),
      none: outcome(),
      one: outcome(leaf),
      'the root as well': outcome(leaf, intermediate, root),
      PEM: outcome(leaf, Buffer.from(new X509Certificate(intermediate).toString())),
      'something behind': outcome(Buffer.concat([leaf, Buffer.alloc(1)]), intermediate),
      'no certificate': outcome(leaf, Buffer.from('no certificate')),
    }).toEqual({
      genuine: 'done',
      'another leaf': 'ATTESTATION_FAILED: the leaf is not of its intermediate',
      'another intermediate': 'ATTESTATION_FAILED: the intermediate certificate is not of a trusted root',
      'the intermediate for a leaf': 'ATTESTATION_FAILED: the leaf is an authority',
      'the leaf twice': 'ATTESTATION_FAILED: the intermediate certificate is not of a trusted root',
      reversed: 'ATTESTATION_FAILED: the intermediate certificate is not of a trusted root',
      none: 'INVALID_ATTESTATION: not two certificates',
      one: 'INVALID_ATTESTATION: not two certificates',
      'the root as well': 'INVALID_ATTESTATION: not two certificates',
      PEM: 'INVALID_ATTESTATION: a certificate that is not its own DER',
      'something behind': 'INVALID_ATTESTATION: a certificate that is not its own DER',
      'no certificate': 'INVALID_ATTESTATION: a certificate that cannot be read',
    })
  })

  it('is refused by an intermediate that may not certify', async () => {
    for (const intermediate of [
      { isAuthority: false },
      { mayNotSign: true },
      { isAuthority: false, mayNotSign: true },
    ]) {
      const authority = await createDeviceAuthority({ intermediate })
      const { attestation, keyId } = await (await createAppleDevice({ authority })).attest(CHALLENGE, APP_ID)
      const trusted = { ...trust, roots: [new X509Certificate(authority.rootPem)] }
      expect(refusalOf(() => verifyAppleAttestation(given(attestation, keyId), BUILDS, trusted))).toBe(
        'ATTESTATION_FAILED: the leaf is not of its intermediate',
      )
    }
  })

  it('is refused a second before any of its certificates is valid, and a second after', async () => {
    const wide = { notBefore: new Date(trust.nowMs - 9 * DAY_MS), notAfter: new Date(trust.nowMs + 9 * DAY_MS) }
    // Certificates count whole seconds.
    const startMs = Math.floor((trust.nowMs - DAY_MS) / 1_000) * 1_000
    const endMs = startMs + 2 * DAY_MS
    const narrow = { notBefore: new Date(startMs), notAfter: new Date(endMs) }
    for (const which of ['root', 'intermediate', 'leaf'] as const) {
      const validity = (certificate: string) => (certificate === which ? narrow : wide)
      const authority = await createDeviceAuthority({ root: validity('root'), intermediate: validity('intermediate') })
      const { attestation, keyId } = await (await createAppleDevice({ authority })).attest(CHALLENGE, APP_ID, {
        leaf: (leaf) => ({ ...leaf, ...validity('leaf') }),
      })
      const at = (nowMs: number): string =>
        refusalOf(() =>
          verifyAppleAttestation(given(attestation, keyId), BUILDS, {
            nowMs,
            roots: [new X509Certificate(authority.rootPem)],
          }),
        )
      expect([which, at(startMs - 1_000), at(startMs), at(endMs), at(endMs + 1_000)]).toEqual([
        which,
        'ATTESTATION_FAILED: a certificate is not valid yet',
        'done',
        'done',
        'ATTESTATION_EXPIRED: a certificate has expired',
      ])
    }
  })

  it.each<[string, unknown, string]>([
    ['another format', { fmt: 'packed' }, 'another format'],
    ['a format of bytes', { fmt: Buffer.from('apple-appattest') }, 'another format'],
    ['no statement', { attStmt: undefined }, 'CBOR: no map where one belongs'],
    ['a list for a statement', { attStmt: [] }, 'CBOR: no map where one belongs'],
    ['no certificates', { attStmt: new Map() }, 'CBOR: no list where one belongs'],
    ['text for a certificate', { attStmt: new Map([['x5c', ['a', 'b']]]) }, 'CBOR: no bytes where they belong'],
    ['no receipt', { attStmt: new Map([['x5c', []]]) }, 'CBOR: no bytes where they belong'],
    ['no authenticator data', { authData: undefined }, 'CBOR: no bytes where they belong'],
    ['text for authenticator data', { authData: 'data' }, 'CBOR: no bytes where they belong'],
  ])('cannot be read with %s', async (_what, changed, reason) => {
    const { certificates, receipt, authData, keyId } = await device.attest(CHALLENGE, APP_ID)
    const attStmt = new Map<string, unknown>([
      ['x5c', certificates],
      ['receipt', receipt],
    ])
    const members = Object.entries({ fmt: 'apple-appattest', attStmt, authData, ...(changed as object) })
    const attestation = encodeCbor(new Map(members.filter(([, value]) => value !== undefined)) as never)
    expect(refusalOf(() => verifyAppleAttestation(given(attestation, keyId), BUILDS, trust))).toBe(
      `INVALID_ATTESTATION: ${reason}`,
    )
  })

  it('cannot be read in bytes of any other kind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const outcome = refusalOf(() =>
          verifyAppleAttestation(given(Buffer.from(bytes), Buffer.alloc(32)), BUILDS, trust),
        )
        expect(outcome).toMatch(/^INVALID_ATTESTATION: /)
      }),
      { numRuns: generatedCases(300) },
    )
  })
})
