import { syncBuiltinESMExports } from 'node:module'
import { afterAll, describe, expect, it } from '@jest/globals'
import type { SealContext } from './seal-context.js'

const CONTEXT: SealContext = {
  installationId: 'ins_a',
  organizationId: 'org_a',
  secretId: 'sec_a',
  versionId: 'ver_a',
  generation: 1,
  purpose: 'injection',
  bindings: { origins: [], placements: [], services: [] },
}

// Not imported: a test runner that gives each file its own modules would keep the functions as they were before they
// are wrapped.
const crypto = process.getBuiltinModule('node:crypto')

/** The primitives called, in order. */
const calls: string[] = []

/** Wraps the Node functions that the modules imported below call, so that each call is noted. */
for (const name of ['createHmac', 'createDecipheriv'] as const) {
  const real: (...given: never[]) => unknown = crypto[name]
  Object.assign(crypto, {
    [name]: (...given: never[]) => {
      calls.push(name)
      return real(...given)
    },
  })
  afterAll(() => {
    Object.assign(crypto, { [name]: real })
    syncBuiltinESMExports()
  })
}
syncBuiltinESMExports()
const { open, seal } = await import('./seal.js')

const key = { keyId: 'key_1', keyVersion: 1, bytes: crypto.randomBytes(32) }
const sealed = seal(key, Buffer.from('sk-0123456789'), CONTEXT)
/**
 * Magic, suite, key id and version are public and compared before a key is fetched. Salt, commitment, nonce, ciphertext
 * and tag follow.
 */
const HEADER_BYTES = 4 + 1 + 1 + key.keyId.length + 4
/** HKDF (RFC 5869): extract, then one block for the key and one for the commitment. */
const OPENING = ['createHmac', 'createHmac', 'createHmac', 'createDecipheriv']

function costOf(bytes: Buffer, dataKey: Uint8Array = key.bytes, context = CONTEXT): readonly string[] {
  calls.length = 0
  expect(() => open(dataKey, bytes, context)).toThrow(expect.objectContaining({ code: 'SECRET_DECRYPTION_FAILED' }))
  return [...calls]
}

function flipped(bit: number): Buffer {
  const altered = Buffer.from(sealed)
  altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return altered
}

/** Calls are counted, not timed: a clock would measure the machine's load. */
describe('a refusal to open an envelope', () => {
  it('costs exactly one opening, whichever bit behind the header was altered', () => {
    for (let bit = HEADER_BYTES * 8; bit < sealed.length * 8; bit += 1) expect(costOf(flipped(bit))).toEqual(OPENING)
  })

  it('costs exactly one opening for a wrong key, a wrong context or a mixture of two envelopes', () => {
    let other: Buffer
    // Where the first or the last of its random bytes is the same, a mixture would be one of the two whole envelopes.
    do other = seal(key, Buffer.from('sk-0123456789'), CONTEXT)
    while (other[HEADER_BYTES] === sealed[HEADER_BYTES] || other.at(-1) === sealed.at(-1))
    expect(costOf(sealed, crypto.randomBytes(32))).toEqual(OPENING)
    expect(costOf(sealed, key.bytes, { ...CONTEXT, generation: 2 })).toEqual(OPENING)
    for (let at = HEADER_BYTES + 1; at < sealed.length; at += 1)
      expect(costOf(Buffer.concat([sealed.subarray(0, at), other.subarray(at)]))).toEqual(OPENING)
  })

  it('costs nothing if the envelope is cut shorter than the shortest valid one, and one opening if it is longer', () => {
    const shortest = HEADER_BYTES + 32 + 32 + 12 + 1 + 16
    for (let length = 0; length < sealed.length; length += 1)
      expect(costOf(sealed.subarray(0, length))).toEqual(length < shortest ? [] : OPENING)
  })

  it('costs nothing for an altered magic or suite, and nothing or one opening for any other altered header bit', () => {
    for (let bit = 0; bit < HEADER_BYTES * 8; bit += 1) expect([[], OPENING]).toContainEqual(costOf(flipped(bit)))
    // Magic and suite.
    for (let bit = 0; bit < 5 * 8; bit += 1) expect(costOf(flipped(bit))).toEqual([])
  })
})
