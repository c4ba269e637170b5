import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseEnvelope, serializeEnvelope } from './envelope.js'
import { open, seal } from './seal.js'
import type { SealContext } from './seal-context.js'

const KEY = { keyId: 'key_01HZZZZZZZZZZZZZZZZZZZZZZZ', keyVersion: 3, bytes: Buffer.alloc(32, 7) }
const CONTEXT: SealContext = {
  installationId: 'ins_a',
  organizationId: 'org_a',
  secretId: 'sec_a',
  versionId: 'ver_a',
  generation: 4,
  purpose: 'injection',
  bindings: {
    origins: ['https://api.example.com'],
    placements: [{ kind: 'header', name: 'authorization' }],
    services: [],
  },
}
const VALUE = Buffer.from('sk-value-of-a-secret')

const refused = expect.objectContaining({
  code: 'SECRET_DECRYPTION_FAILED',
  message: 'a sealed version did not authenticate',
})

describe('a sealed version', () => {
  it('opens as what was sealed', () => {
    expect(open(KEY.bytes, seal(KEY, VALUE, CONTEXT), CONTEXT)).toEqual(VALUE)
  })

  it('is another one every time: salt, commitment, nonce and ciphertext never repeat', () => {
    const one = parseEnvelope(seal(KEY, VALUE, CONTEXT))
    const other = parseEnvelope(seal(KEY, VALUE, CONTEXT))
    for (const part of ['salt', 'commitment', 'nonce', 'ciphertext', 'tag'] as const)
      expect(one[part]).not.toEqual(other[part])
  })

  it('opens as recorded for suite 1', () => {
    const { dataKey, envelope, value, context } = goldenVector()
    expect(open(Buffer.from(dataKey, 'hex'), Buffer.from(envelope, 'hex'), context)).toEqual(Buffer.from(value, 'hex'))
  })

  it('stays shut when any single bit is flipped', () => {
    const sealed = seal(KEY, VALUE, CONTEXT)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const flipped = Buffer.from(sealed)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => openAsStored(flipped)).toThrow(refused)
    }
  })

  it('stays shut when it is cut anywhere, or has bytes after it', () => {
    const sealed = seal(KEY, VALUE, CONTEXT)
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => openAsStored(sealed.subarray(0, length))).toThrow(refused)
    }
    expect(() => openAsStored(Buffer.concat([sealed, Buffer.from([0])]))).toThrow(refused)
  })

  it.each<[string, Partial<SealContext>]>([
    ['installation', { installationId: 'ins_b' }],
    ['organisation', { organizationId: 'org_b' }],
    ['secret', { secretId: 'sec_b' }],
    ['version id', { versionId: 'ver_b' }],
    ['generation', { generation: 5 }],
    ['purpose', { purpose: 'operational' }],
    ['origin', { bindings: { ...CONTEXT.bindings, origins: ['https://evil.example.com'] } }],
    [
      'further origin',
      { bindings: { ...CONTEXT.bindings, origins: [...CONTEXT.bindings.origins, 'https://evil.example.com'] } },
    ],
    ['placement', { bindings: { ...CONTEXT.bindings, placements: [{ kind: 'query', name: 'authorization' }] } }],
    ['service', { bindings: { ...CONTEXT.bindings, services: ['spiffe://a/ns/a/sa/a'] } }],
  ])('stays shut for another %s', (_what, other) => {
    expect(() => open(KEY.bytes, seal(KEY, VALUE, CONTEXT), { ...CONTEXT, ...other })).toThrow(refused)
  })

  it('stays shut under the name or the version of another key, although the bytes of the key are right', () => {
    const envelope = parseEnvelope(seal(KEY, VALUE, CONTEXT))
    for (const other of [{ keyId: 'key_other' }, { keyVersion: 4 }]) {
      expect(() => openAsStored(serializeEnvelope({ ...envelope, ...other }))).toThrow(refused)
    }
  })

  it('stays shut under another data key', () => {
    expect(() => open(Buffer.alloc(32, 8), seal(KEY, VALUE, CONTEXT), CONTEXT)).toThrow(refused)
  })

  it('is judged by its commitment before it is opened', () => {
    // The commitment of one seal under the parts of another: all else is sound, so only the comparison can refuse it.
    const one = parseEnvelope(seal(KEY, VALUE, CONTEXT))
    const { commitment } = parseEnvelope(seal(KEY, VALUE, CONTEXT))
    expect(() => open(KEY.bytes, { ...one, commitment }, CONTEXT)).toThrow(refused)
  })

  it('reads no bytes but its own: whatever is parsed is what would be written', () => {
    const arbitrary = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.uint8Array({ maxLength: 400 }).map((tail) => Buffer.concat([Buffer.from('PMAV'), Buffer.from([1, 5]), tail])),
      fc.tuple(fc.nat(200), fc.nat(255)).map(([at, byte]) => {
        const sealed = seal(KEY, VALUE, CONTEXT)
        sealed[at % sealed.length] = byte
        return sealed
      }),
    )
    fc.assert(
      fc.property(arbitrary, (bytes) => {
        let parsed: ReturnType<typeof parseEnvelope>
        try {
          parsed = parseEnvelope(bytes)
        } catch (err) {
          expect(err).toEqual(refused)
          return
        }
        expect(serializeEnvelope(parsed)).toEqual(Buffer.from(bytes))
      }),
      { numRuns: 2_000 },
    )
  })

  it('holds 1 byte to 64 KiB of value, and no more is parsed', () => {
    const largest = Buffer.alloc(64 * 1024, 1)
    expect(open(KEY.bytes, seal(KEY, largest, CONTEXT), CONTEXT)).toEqual(largest)
    expect(() => openAsStored(seal(KEY, Buffer.alloc(64 * 1024 + 1), CONTEXT))).toThrow(refused)
    expect(() => openAsStored(seal(KEY, Buffer.alloc(0), CONTEXT))).toThrow(refused)
  })
})

/** As the vault does: the key is looked up by the name in the envelope; another name finds no key. */
function openAsStored(sealed: Uint8Array): Buffer {
  return open(KEY.bytes, parseEnvelope(sealed), CONTEXT)
}

interface GoldenVector {
  readonly dataKey: string
  readonly envelope: string
  readonly value: string
  readonly context: SealContext
}

function goldenVector(): GoldenVector {
  return JSON.parse(readFileSync(new URL('./golden-vector.json', import.meta.url), 'utf8'))
}
