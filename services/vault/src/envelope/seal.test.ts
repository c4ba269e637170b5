import { readFileSync } from 'node:fs'
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { generatedCases } from '@protectmyapi/dev-kit/generated-cases'
import { Fault } from '@protectmyapi/service-kit/faults'
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

let SEALED: Buffer
beforeAll(() => {
  SEALED = seal(KEY, VALUE, CONTEXT)
})

const refused = expect.objectContaining({
  code: 'SECRET_DECRYPTION_FAILED',
  message: 'a sealed version did not authenticate',
})

describe('a sealed version', () => {
  it('opens as what was sealed', () => {
    expect(open(KEY.bytes, seal(KEY, VALUE, CONTEXT), CONTEXT)).toEqual(VALUE)
  })

  it('has another salt, commitment, nonce, ciphertext and tag each time that the same value is sealed', () => {
    const one = parseEnvelope(seal(KEY, VALUE, CONTEXT))
    const other = parseEnvelope(seal(KEY, VALUE, CONTEXT))
    for (const part of ['salt', 'commitment', 'nonce', 'ciphertext', 'tag'] as const)
      expect(one[part]).not.toEqual(other[part])
  })

  it.each(goldenVectors())(
    'opens to the recorded value of the golden vector for suite 1: $name',
    ({ dataKey, envelope, value, context }) => {
      expect(open(Buffer.from(dataKey, 'hex'), Buffer.from(envelope, 'hex'), context)).toEqual(
        Buffer.from(value, 'hex'),
      )
    },
  )

  it('stays shut when any single bit is flipped', () => {
    const sealed = seal(KEY, VALUE, CONTEXT)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const flipped = Buffer.from(sealed)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => openAsStored(flipped)).toThrow(refused)
    }
  })

  it('stays shut when it is cut at any length, or has a byte appended', () => {
    const sealed = seal(KEY, VALUE, CONTEXT)
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => openAsStored(sealed.subarray(0, length))).toThrow(refused)
    }
    expect(() => openAsStored(Buffer.concat([sealed, Buffer.from([0])]))).toThrow(refused)
  })

  it.each<[string, Partial<SealContext>]>([
    ['installation', { installationId: 'ins_b' }],
    ['organization', { organizationId: 'org_b' }],
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
  ])('stays shut when it is opened with another %s', (_what, other) => {
    expect(() => open(KEY.bytes, seal(KEY, VALUE, CONTEXT), { ...CONTEXT, ...other })).toThrow(refused)
  })

  it('stays shut if it names another key or key version, even when the bytes of the key are right', () => {
    const envelope = parseEnvelope(seal(KEY, VALUE, CONTEXT))
    for (const other of [{ keyId: 'key_other' }, { keyVersion: 4 }]) {
      expect(() => openAsStored(serializeEnvelope({ ...envelope, ...other }))).toThrow(refused)
    }
  })

  it('stays shut under another data key', () => {
    expect(() => open(Buffer.alloc(32, 8), seal(KEY, VALUE, CONTEXT), CONTEXT)).toThrow(refused)
  })

  it('stays shut when only its commitment is replaced, by that of another seal of the same value', () => {
    // The commitment of one seal under the parts of another. Everything else is sound, so only the comparison can
    // refuse it.
    const one = parseEnvelope(seal(KEY, VALUE, CONTEXT))
    const { commitment } = parseEnvelope(seal(KEY, VALUE, CONTEXT))
    expect(() => open(KEY.bytes, { ...one, commitment }, CONTEXT)).toThrow(refused)
  })

  it('is serialized to exactly the bytes it was parsed from, whatever bytes parse at all', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const parsed = parsedOrRefused(bytes)
        if (parsed && !serializeEnvelope(parsed).equals(bytes)) throw new Error('written otherwise than it was read')
      }),
      { numRuns: generatedCases(100_000) },
    )
  })

  it('stays shut after any random edit of its bytes', () => {
    fc.assert(
      fc.property(altered, (bytes) => {
        if (!SEALED.equals(bytes)) expect(() => openAsStored(bytes)).toThrow(refused)
      }),
      { numRuns: generatedCases(5_000) },
    )
  })

  it('stays shut when some of its parts are taken from another seal of the same secret under the same key', () => {
    const [one, other] = [parseEnvelope(SEALED), parseEnvelope(seal(KEY, Buffer.from(VALUE).reverse(), CONTEXT))]
    const parts = ['salt', 'commitment', 'nonce', 'ciphertext', 'tag'] as const
    const none = 0
    const all = 2 ** parts.length - 1
    for (let chosen = none; chosen <= all; chosen += 1) {
      const taken = parts.filter((_part, index) => chosen & (1 << index))
      const mixed = serializeEnvelope({ ...one, ...Object.fromEntries(taken.map((part) => [part, other[part]])) })
      if (chosen === none || chosen === all) expect(openAsStored(mixed)).toHaveLength(VALUE.length)
      else expect(() => openAsStored(mixed)).toThrow(refused)
    }
  })

  it('is refused at parsing if its suite is not 1', () => {
    for (const suite of [0, 2, 255]) {
      const bytes = Buffer.from(SEALED)
      bytes[4] = suite
      expect(() => parseEnvelope(bytes)).toThrow(refused)
    }
  })

  it('holds a value of 1 byte to 64 KiB, and is refused if it holds less or more', () => {
    for (const value of [Buffer.alloc(1, 1), Buffer.alloc(64 * 1024, 1)])
      expect(open(KEY.bytes, seal(KEY, value, CONTEXT), CONTEXT)).toEqual(value)
    expect(() => openAsStored(seal(KEY, Buffer.alloc(64 * 1024 + 1), CONTEXT))).toThrow(refused)
    expect(() => openAsStored(seal(KEY, Buffer.alloc(0), CONTEXT))).toThrow(refused)
  })

  it('names its key in 1 to 64 letters, digits, _ and -; any other name is refused when sealing and when parsing', () => {
    for (const keyId of ['k', 'K_0-z', 'k'.repeat(64)])
      expect(parseEnvelope(seal({ ...KEY, keyId }, VALUE, CONTEXT))).toMatchObject({ keyId })
    for (const keyId of ['', 'k'.repeat(65), ' key', 'key ', 'k\u00e9y', 'k/y']) {
      expect(() => seal({ ...KEY, keyId }, VALUE, CONTEXT)).toThrow('key id out of bounds')
      const name = Buffer.from(keyId, 'latin1')
      const renamed = Buffer.concat([
        SEALED.subarray(0, 5),
        Buffer.from([name.length]),
        name,
        SEALED.subarray(6 + KEY.keyId.length),
      ])
      expect(() => parseEnvelope(renamed)).toThrow(refused)
    }
  })

  it('is sealed and opened only under a key of exactly 32 bytes', () => {
    for (const bytes of [Buffer.alloc(31, 7), Buffer.alloc(33, 7), Buffer.alloc(0)]) {
      expect(() => seal({ ...KEY, bytes }, VALUE, CONTEXT)).toThrow('a data key of another length')
      expect(() => open(bytes, SEALED, CONTEXT)).toThrow('a data key of another length')
    }
  })
})

describe('a record key', () => {
  afterEach(() => {
    jest.restoreAllMocks()
  })

  /**
   * Lengths of the zeroed buffers: a key has 32 bytes; the buffer it is expanded from has 64, as has each of HKDF's two
   * blocks.
   */
  function zeroedBy(work: () => unknown): number[] {
    const fill = jest.spyOn(Buffer.prototype, 'fill').mockClear()
    work()
    const zeroed = fill.mock.contexts.filter((_buffer, index) => fill.mock.calls[index]?.length === 1)
    return zeroed.map((buffer) => (buffer as Buffer).length).filter((length) => length > 0)
  }

  it('is zeroed after its one use, with the buffers it came from, even if the opening was refused', () => {
    const used = [32, 64, 64, 64]
    expect(zeroedBy(() => seal(KEY, VALUE, CONTEXT)).sort()).toEqual(used)
    expect(zeroedBy(() => openAsStored(SEALED)).sort()).toEqual(used)
    const elsewhere = () => open(KEY.bytes, SEALED, { ...CONTEXT, secretId: 'sec_b' })
    const [plain, ...others] = zeroedBy(() => expect(elsewhere).toThrow(refused)).sort()
    // Also what was decrypted before the tag failed.
    expect([plain, ...others]).toEqual([VALUE.length, ...used])
  })
})

/** The sealed bytes with some of them set, cut out, doubled or inserted. */
const altered = fc
  .array(fc.tuple(fc.constantFrom('set', 'cut', 'double', 'insert'), fc.nat(400), fc.nat(40), fc.nat(255)), {
    minLength: 1,
    maxLength: 3,
  })
  .map((edits) =>
    edits.reduce((bytes, [kind, place, length, byte]) => {
      const at = place % (bytes.length + 1)
      const [before, here, after] = [
        bytes.subarray(0, at),
        bytes.subarray(at, at + length),
        bytes.subarray(at + length),
      ]
      if (kind === 'cut') return Buffer.concat([before, after])
      if (kind === 'double') return Buffer.concat([before, here, here, after])
      if (kind === 'insert') return Buffer.concat([before, Buffer.from([byte]), here, after])
      return Buffer.concat([before, Buffer.from([byte]), here.subarray(1), after])
    }, Buffer.from(SEALED)),
  )

const anyBytes = fc.oneof(
  altered,
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  // A sound start, with a key id of any length and characters, and anything after it.
  fc
    .tuple(
      fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{0,70}$/), fc.string({ maxLength: 70 })),
      fc.uint8Array({ maxLength: 200 }),
    )
    .map(([name, tail]) => {
      const bytes = Buffer.from(name, 'latin1')
      return Buffer.concat([Buffer.from('PMAV'), Buffer.from([1, bytes.length]), bytes, tail])
    }),
)

function parsedOrRefused(bytes: Buffer): ReturnType<typeof parseEnvelope> | undefined {
  try {
    return parseEnvelope(bytes)
  } catch (err) {
    // Plain comparisons, because a hundred thousand of jest's matchers take minutes.
    if (err instanceof Fault && err.code === 'SECRET_DECRYPTION_FAILED') return undefined
    throw err
  }
}

/** Opens as the vault does: the key is looked up by the id in the envelope, and another id finds no key. */
function openAsStored(sealed: Uint8Array): Buffer {
  return open(KEY.bytes, parseEnvelope(sealed), CONTEXT)
}

interface GoldenVector {
  readonly name: string
  readonly dataKey: string
  readonly envelope: string
  readonly value: string
  readonly context: SealContext
}

/** Vectors of each purpose, with each kind of binding. */
function goldenVectors(): readonly GoldenVector[] {
  return JSON.parse(readFileSync(new URL('./golden-vectors.json', import.meta.url), 'utf8')).vectors
}
