import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { generatedCases } from '@protectmyapi/dev-kit/generated-cases'
import { describeWithVectors } from '@protectmyapi/dev-kit/vectors'
import fc from 'fast-check'
import { refusalOf } from '../../test/refusal-of.js'
import { APPLE_APP_ATTESTATION_ROOT } from './apple-root.js'
import { bytesOf, listOf, mapOf, readCborMap } from './cbor.js'
import { verifyAppleAssertion } from './verify-assertion.js'
import { type AttestedKey, verifyAppleAttestation } from './verify-attestation.js'

interface Recorded {
  readonly name: string
  readonly teamId: string
  readonly bundleId: string
  readonly environment: 'production' | 'development'
  readonly keyId: Buffer
  readonly clientDataHash: Buffer
  readonly attestation: Buffer
  /** When it was made; within the dates of its certificates. */
  readonly atMs: number
  readonly assertion?: Buffer
}

const DAY_MS = 86_400_000
const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()
const base64 = (text = ''): Buffer => Buffer.from(text, 'base64')

/** The fields of a document of YAML that stand on a line each. */
function fieldsOf(document: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...document.matchAll(/^(\w+): '?([^\n']+)'?$/gm)].map(([, name, value]) => [name, value]))
}

function fromHaupert(folder: string): Recorded[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => {
      const documents = readFileSync(`${folder}/${name}`, 'utf8').split(/^---$/m).map(fieldsOf)
      const attestation = documents.find(({ type }) => type === 'attestation')
      const assertion = documents.find(({ type }) => type === 'assertion')
      return {
        name,
        teamId: attestation?.teamIdentifier ?? '',
        bundleId: attestation?.bundleIdentifier ?? '',
        environment: 'development',
        keyId: base64(attestation?.keyIdBase64),
        clientDataHash: sha256(base64(attestation?.clientDataBase64)),
        attestation: base64(attestation?.attestationBase64),
        atMs: Date.parse(attestation?.timestamp ?? ''),
        assertion: base64(assertion?.assertionBase64),
      }
    })
}

function fromUebelacker(folder: string): Recorded[] {
  return (['development', 'production'] as const).map((environment) => {
    const { attestation, challenge, keyId } = JSON.parse(
      readFileSync(`${folder}/attestation-${environment}.json`, 'utf8'),
    )
    const [leaf = Buffer.alloc(0)] = certificatesOf(base64(attestation))
    return {
      name: environment,
      teamId: 'V8H6LQ9448',
      bundleId: 'io.uebelacker.AppAttestExample',
      environment,
      keyId: base64(keyId),
      clientDataHash: sha256(base64(challenge)),
      attestation: base64(attestation),
      // Apple's certificates begin a day before they are issued.
      atMs: Date.parse(new X509Certificate(leaf).validFrom) + DAY_MS,
    }
  })
}

function certificatesOf(attestation: Buffer): readonly Buffer[] {
  return listOf(mapOf(readCborMap(attestation).get('attStmt')).get('x5c')).map(bytesOf)
}

function verified(recorded: Recorded, nowMs = recorded.atMs, allowDevelopment = true): AttestedKey {
  const { teamId, bundleId } = recorded
  const builds = { teamId, bundleIds: [bundleId], allowDevelopment }
  return verifyAppleAttestation(recorded, builds, { nowMs, roots: [new X509Certificate(APPLE_APP_ATTESTATION_ROOT)] })
}

function flipped(bytes: Buffer, at: number, mask: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (bytes[at] ?? 0) ^ mask
  return copy
}

const REFUSED = expect.stringMatching(/^(INVALID_ATTESTATION|ATTESTATION_FAILED|ATTESTATION_EXPIRED): /)

describeWithVectors('app-attest', 'Recorded objects of App Attest', (folder) => {
  const recorded = [...fromHaupert(`${folder}/devicecheck-appattest`), ...fromUebelacker(`${folder}/node-app-attest`)]

  it('verify at their own time', () => {
    for (const one of recorded) {
      const { receipt, publicKey, ...key } = verified(one)
      const { keyId, bundleId, environment } = one
      expect([one.name, key]).toEqual([one.name, { keyId, bundleId, environment }])
      expect(createPublicKey({ key: publicKey, format: 'der', type: 'spki' }).asymmetricKeyType).toBe('ec')
      expect(receipt.length).toBeGreaterThan(3_000)
    }
    const assertions = recorded.filter(({ assertion }) => assertion)
    for (const { name, assertion = Buffer.alloc(0), clientDataHash, teamId, bundleId, ...one } of assertions) {
      const { publicKey } = verified({ name, clientDataHash, teamId, bundleId, ...one })
      const key = { publicKey, bundleId, counter: 0 }
      expect([name, verifyAppleAssertion({ assertion, clientDataHash }, key, teamId)]).toEqual([name, { counter: 1 }])
    }
    expect([recorded.length, assertions.length]).toEqual([9, 7])
    process.stdout.write(`App Attest: ${recorded.length} recorded attestations, ${assertions.length} assertions\n`)
  })

  it('do not verify a second before their certificates are valid, nor a second after, nor today', () => {
    for (const one of recorded) {
      const [leaf = Buffer.alloc(0)] = certificatesOf(one.attestation)
      const { validFrom, validTo } = new X509Certificate(leaf)
      const at = (nowMs: number): string => refusalOf(() => verified(one, nowMs))
      expect([
        at(Date.parse(validFrom) - 1_000),
        at(Date.parse(validFrom)),
        at(Date.parse(validTo)),
        at(Date.parse(validTo) + 1_000),
        at(Date.now()),
      ]).toEqual([
        'ATTESTATION_FAILED: a certificate is not valid yet',
        'done',
        'done',
        'ATTESTATION_EXPIRED: a certificate has expired',
        'ATTESTATION_EXPIRED: a certificate has expired',
      ])
    }
  })

  it('of the development environment are refused where it is not allowed', () => {
    for (const one of recorded) {
      expect([one.name, refusalOf(() => verified(one, one.atMs, false))]).toEqual([
        one.name,
        one.environment === 'production' ? 'done' : 'ATTESTATION_FAILED: the key is of the development environment',
      ])
    }
  })

  it('are refused with each other’s key ids and challenges', () => {
    for (const one of recorded) {
      for (const other of recorded.filter((candidate) => candidate !== one)) {
        const swapped = { ...one, keyId: other.keyId }
        expect(refusalOf(() => verified(swapped))).toBe('ATTESTATION_FAILED: the key id is not the certified key’s')
        const { clientDataHash } = other
        if (clientDataHash.equals(one.clientDataHash)) continue
        expect(refusalOf(() => verified({ ...one, clientDataHash }))).toBe(
          'ATTESTATION_FAILED: the leaf has another nonce',
        )
      }
    }
  })

  /** Apple's word does not cover the receipt, which has a signature of its own; only its length counts. */
  function coveredPlaces({ attestation, ...one }: Recorded): number[] {
    const { receipt } = verified({ attestation, ...one })
    const start = attestation.indexOf(receipt)
    return [...attestation.keys()].filter((at) => at < start || at >= start + receipt.length)
  }

  it('are refused with a bit flipped in any one byte, but for the receipt', () => {
    const [one] = recorded
    if (!one) throw new Error('nothing was recorded')
    const places = coveredPlaces(one)
    expect(places.length).toBeGreaterThan(1_400)
    for (const at of places) {
      const attestation = flipped(one.attestation, at, 1 << (at & 7))
      expect([at, refusalOf(() => verified({ ...one, attestation }))]).toEqual([at, REFUSED])
    }
  })

  it('are refused with any byte changed in any way, but for the receipt', () => {
    const change = fc.record({ which: fc.nat(), place: fc.nat(), mask: fc.integer({ min: 1, max: 255 }) })
    const covered = recorded.map((one) => ({ one, places: coveredPlaces(one) }))
    fc.assert(
      fc.property(change, ({ which, place, mask }) => {
        const { one, places } = covered[which % covered.length] ?? { one: undefined, places: [] }
        if (!one) throw new Error('nothing was recorded')
        const attestation = flipped(one.attestation, places[place % places.length] ?? 0, mask)
        expect(refusalOf(() => verified({ ...one, attestation }))).toEqual(REFUSED)
      }),
      { numRuns: generatedCases(500) },
    )
  })

  it('are refused when cut anywhere, or with anything behind', () => {
    const [one] = recorded
    if (!one) throw new Error('nothing was recorded')
    for (let length = 0; length < one.attestation.length; length += 1) {
      const attestation = one.attestation.subarray(0, length)
      expect([length, refusalOf(() => verified({ ...one, attestation }))]).toEqual([
        length,
        'INVALID_ATTESTATION: CBOR: it ends early',
      ])
    }
    const attestation = Buffer.concat([one.attestation, Buffer.alloc(1)])
    expect(refusalOf(() => verified({ ...one, attestation }))).toBe(
      'INVALID_ATTESTATION: CBOR: something behind its end',
    )
  })
})
