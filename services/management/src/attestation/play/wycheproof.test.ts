import { createPublicKey, createSecretKey, type JsonWebKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { describeWithVectors } from '@protectmyapi/dev-kit/vectors'
import { Fault } from '@protectmyapi/service-kit/faults'
import { decrypt, verifySignature } from './open-token.js'

interface Vector {
  readonly tcId: number
  readonly result: 'valid' | 'invalid'
}

interface JweGroup {
  readonly private: JsonWebKey
  readonly tests: readonly (Vector & { readonly jwe: string | object })[]
}

interface JwsGroup {
  /** Absent if the key is a shared one. */
  readonly public?: JsonWebKey
  readonly tests: readonly (Vector & { readonly jws: string })[]
}

function groupsOf<Group>(folder: string, name: string): readonly Group[] {
  return JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')).testGroups
}

/** What a layer makes of a vector: its content as text, or `refused`. */
const outcomeOf = (work: Promise<Uint8Array>): Promise<string> =>
  work.then(
    (content) => Buffer.from(content).toString('latin1'),
    (err: unknown) => {
      if (err instanceof Fault && /^(?:INVALID_ATTESTATION|ATTESTATION_FAILED)$/.test(err.code)) return 'refused'
      throw err
    },
  )

describeWithVectors('wycheproof', 'Wycheproof, through both layers of a classic token', (folder) => {
  it('decryption takes the one valid A256KW with A256GCM of all JWEs with a shared key, and refuses all others', async () => {
    const groups = groupsOf<JweGroup>(folder, 'json_web_encryption_test.json').filter(
      (group) => group.private.kty === 'oct',
    )
    const taken: [number, string][] = []
    let count = 0
    for (const { private: jwk, tests } of groups) {
      const key = createSecretKey(jwk.k ?? '', 'base64url')
      for (const { tcId, jwe } of tests) {
        const outcome = await outcomeOf(decrypt(typeof jwe === 'string' ? jwe : JSON.stringify(jwe), key))
        if (outcome !== 'refused') taken.push([tcId, outcome])
        count += 1
      }
    }
    expect(taken).toEqual([[29, 'foo']])
    report('JWEs with a shared key', count)
  })

  it('verification takes each valid ES256 and refuses each invalid one', async () => {
    // Keys that a JWK restricts to encryption are left out: the Play Console’s key has no such field.
    const groups = groupsOf<JwsGroup>(folder, 'json_web_signature_test.json').filter(
      (group) => group.public?.alg === 'ES256' && group.public.use === 'sig',
    )
    let count = 0
    for (const { public: jwk = {}, tests } of groups) {
      const key = createPublicKey({ key: jwk, format: 'jwk' })
      for (const { tcId, result, jws } of tests) {
        const outcome = await outcomeOf(verifySignature(Buffer.from(jws), key))
        expect([tcId, outcome === 'refused' ? 'invalid' : 'valid']).toEqual([tcId, result])
        count += 1
      }
    }
    report('ES256', count)
  })

  it('verification refuses whatever is signed by another algorithm, with the key that it is made for', async () => {
    const groups = groupsOf<JwsGroup>(folder, 'json_web_signature_test.json').filter(
      (group) => group.public && group.public.crv !== 'P-256',
    )
    let count = 0
    for (const { public: jwk = {}, tests } of groups) {
      const key = createPublicKey({ key: jwk, format: 'jwk' })
      for (const { tcId, jws } of tests) {
        expect([tcId, await outcomeOf(verifySignature(Buffer.from(jws), key))]).toEqual([tcId, 'refused'])
        count += 1
      }
    }
    report('other signatures', count)
  })
})

function report(what: string, count: number): void {
  expect(count).toBeGreaterThan(0)
  process.stdout.write(`Wycheproof: ${count} cases of ${what}\n`)
}
