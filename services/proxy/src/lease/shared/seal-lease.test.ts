import { describe, expect, it } from '@jest/globals'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { openLease, sealLease } from './seal-lease.js'
import { parseSealedLease } from './sealed-lease.js'

const WHOSE = { organizationId: 'org_1', secretId: 'sec_a', versionId: 'ver_a', generation: 1 }
const ID = { dataKeyId: 'key_1', dataKeyVersion: 1, hour: 490_000 }
const END = 1_764_000_000_000
const BINDINGS: Bindings = {
  origins: ['https://api.example.com'],
  placements: [{ kind: 'header', name: 'x-api-key' }, { kind: 'basic-user' }, { kind: 'path', template: '/bot{}' }],
  services: [],
}
const keyBytes = () => new SecretBytes(Buffer.alloc(32, 7))
const seal = (value = Buffer.from('sk-value'), id = ID, notAfterMs = END, bindings = BINDINGS) =>
  sealLease({ id, bytes: keyBytes() }, { value: new SecretBytes(value), bindings }, WHOSE, notAfterMs)
const open = (sealed: Buffer | undefined, whose = WHOSE) => {
  const parsed = sealed && parseSealedLease(sealed)
  return parsed && openLease(keyBytes(), parsed, whose)
}

/** Sealed by this code on the day on which the format was made. */
const RECORDED =
  'UE1BTAEFa2V5XzEAAAABAAd6EAGatpfoAE6cM7Jj3JM/K/hbPwNkmqgS3uGjaYSrr2IX56kCrCwkFXcLiv5NRJmpcDOHDbhUk9mz0w3uDssjoZm+4XIDIlgDeTVBHqRCwkjYGHQYp1DoTog9Z3oSMY50IkpXXEZmYG1c9yy+wByzkMSbGv+Zq/FqaYVpPl1kBJzHWmvzPT2VqjJzpIyATF8wsxqz9Q=='

describe('a sealed lease', () => {
  it('opens with the value, bindings, end and key id that it was sealed with', () => {
    const sealed = seal() ?? Buffer.alloc(0)
    expect(parseSealedLease(sealed)).toMatchObject({ keyId: ID, notAfterMs: END })
    const opened = open(sealed)
    expect(opened?.value.reveal().toString()).toBe('sk-value')
    expect(opened?.bindings).toEqual(BINDINGS)
  })

  it('opens when it was recorded in format 1', () => {
    expect(open(Buffer.from(RECORDED, 'base64'))?.value.reveal().toString()).toBe('sk-value')
  })

  it('differs each time, because its salt and nonce are fresh', () => {
    const [one, other] = [seal(), seal()].map((sealed) => parseSealedLease(sealed ?? Buffer.alloc(0)))
    expect(one?.salt).not.toEqual(other?.salt)
    expect(one?.nonce).not.toEqual(other?.nonce)
    expect(one?.ciphertext).not.toEqual(other?.ciphertext)
  })

  it('holds a value of the largest size together with the largest bindings', () => {
    const value = Buffer.alloc(64 * 1024, 'x')
    const name = (index: number) => `${String(index).padStart(2, '0')}${'n'.repeat(254)}`
    const bindings: Bindings = {
      origins: Array.from({ length: 16 }, (_, index) => `https://${name(index)}`),
      placements: Array.from({ length: 16 }, (_, index) => ({ kind: 'query', name: name(index) })),
      services: Array.from({ length: 16 }, (_, index) => `spiffe://a/${name(index)}`),
    }
    expect(open(seal(value, ID, END, bindings))?.value.reveal()).toEqual(value)
  })

  it('is not made from a value, key id or end that could not be read back', () => {
    const odd = [
      seal(Buffer.alloc(128 * 1024)),
      seal(undefined, { ...ID, dataKeyId: 'key:1' }),
      seal(undefined, { ...ID, dataKeyVersion: -1 }),
      seal(undefined, { ...ID, hour: 0.5 }),
      seal(undefined, ID, -1),
      seal(undefined, ID, 2 ** 48),
    ]
    expect(odd).toEqual(odd.map(() => undefined))
  })

  it('does not open for another organization, secret, version or generation, even if the joined ids are equal', () => {
    const sealed = seal()
    const others: Partial<typeof WHOSE>[] = [
      { organizationId: 'org_2' },
      { secretId: 'sec_b' },
      { versionId: 'ver_b' },
      { generation: 2 },
      { secretId: 'sec_av', versionId: 'er_a' },
    ]
    for (const other of others) expect(open(sealed, { ...WHOSE, ...other })).toBeUndefined()
    expect(open(sealed)).toBeDefined()
  })
})
