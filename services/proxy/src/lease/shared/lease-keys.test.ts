import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { beginFill } from '../../freshness/held.js'
import { fresh } from '../../test/fresh.js'
import type { LeaseKeyId } from '../vault-leases.js'
import { createLeaseKeys } from './lease-keys.js'

const HOUR = 3_600_000
const LEASE = 300_000
const label = { kind: 'FEED_KIND_ORGANIZATION', id: 'org_1', generation: 1 } as const
const keysLabel = { ...label, kind: 'FEED_KIND_LEASE_KEYS' } as const
const labels = [label, keysLabel]
const route = { organizationId: 'org_1', labels }
const wiped = Buffer.alloc(32)

function make() {
  const freshness = fresh()
  const { time, keeper } = freshness
  const keys = createLeaseKeys(keeper, time.clock)
  const id = (hour: number, dataKeyVersion = 1): LeaseKeyId => ({ dataKeyId: 'key_1', dataKeyVersion, hour })
  const key = (of: LeaseKeyId) => ({
    id: of,
    bytes: new SecretBytes(Buffer.alloc(32, of.hour)),
    sealsUntil: time.clock.monotonicMs() + HOUR,
  })
  const keep = (of: LeaseKeyId, whose: Parameters<typeof keys.keep>[0] = route): SecretBytes => {
    const made = key(of)
    keys.keep(whose, made, beginFill(keeper, time.clock))
    return made.bytes
  }
  return { ...freshness, keys, id, key, keep }
}

describe('lease keys in memory', () => {
  it('are found only by their full id, and only for their organization', () => {
    const { keys, id, keep } = make()
    const bytes = keep(id(7))
    expect(keys.find('org_1', id(7))).toBe(bytes)
    expect(
      [id(9), id(8), id(7, 2), { ...id(7), dataKeyId: 'key_2' }].map((other) => keys.find('org_1', other)),
    ).toEqual([undefined, undefined, undefined, undefined])
    expect(keys.find('org_2', id(7))).toBeUndefined()
    expect([keys.holdsAny('org_1'), keys.holdsAny('org_2')]).toEqual([true, false])
  })

  it('are at most two for an organization, and the oldest is wiped when a third hour’s arrives', () => {
    const { keys, id, keep } = make()
    const [first, second, third] = [keep(id(7)), keep(id(8)), keep(id(9))]
    expect([keys.find('org_1', id(7)), keys.find('org_1', id(8)), keys.find('org_1', id(9))]).toEqual([
      undefined,
      second,
      third,
    ])
    expect(first.reveal()).toEqual(wiped)
    expect(third.reveal()).not.toEqual(wiped)
  })

  it('are replaced by the key of the same hour under a newer version of the data key', () => {
    const { keys, id, keep } = make()
    const before = keep(id(7))
    const after = keep(id(7, 2))
    expect(keys.find('org_1', id(7))).toBeUndefined()
    expect(keys.find('org_1', id(7, 2))).toBe(after)
    expect(before.reveal()).toEqual(wiped)
  })

  it('of an older data key version are wiped, for every hour, when a newer one’s arrives, and not kept later', () => {
    const { keys, id, keep } = make()
    const before = keep(id(7))
    const other = keep(
      { ...id(7), dataKeyId: 'key_2' },
      { organizationId: 'org_2', labels: labels.map((of) => ({ ...of, id: 'org_2' })) },
    )
    const after = keep(id(8, 2))
    expect(before.reveal()).toEqual(wiped)
    expect([keep(id(8)).reveal(), keep(id(7)).reveal()]).toEqual([wiped, wiped])
    expect([keys.find('org_1', id(7)), keys.find('org_1', id(8)), keys.find('org_1', id(8, 2))]).toEqual([
      undefined,
      undefined,
      after,
    ])
    expect(other.reveal()).not.toEqual(wiped)
  })

  it.each(labels)('are wiped by a row on $kind, and are not kept below its generation (EVICT, FENCE)', (of) => {
    const { keys, id, keep, apply } = make()
    const bytes = keep(id(7))
    apply({ ...of, id: 'org_2', generation: 2 })
    expect(keys.find('org_1', id(7))).toBe(bytes)
    apply({ ...of, generation: 2 })
    expect(bytes.reveal()).toEqual(wiped)
    expect(keep(id(8)).reveal()).toEqual(wiped)
    expect(keys.holdsAny('org_1')).toBe(false)
    const next = labels.map((one) => (one === of ? { ...one, generation: 2 } : one))
    expect(keep(id(8), { ...route, labels: next }).reveal()).not.toEqual(wiped)
  })

  it.each([
    [[{ ...label, id: 'org_2' }, keysLabel]],
    [[label]],
    [[keysLabel]],
    [[label, { ...label, kind: 'FEED_KIND_APP' } as const]],
  ])('are not kept when the route lacks a label through which the feed would drop them', (incomplete) => {
    const { keys, id, keep } = make()
    expect(keep(id(7), { organizationId: 'org_1', labels: incomplete }).reveal()).toEqual(wiped)
    expect(keys.holdsAny('org_1')).toBe(false)
  })

  it('are kept for a lease’s life beyond their hour, and are then wiped by the sweep', () => {
    const { keys, id, keep, time } = make()
    const bytes = keep(id(7))
    time.clock.advance(HOUR + LEASE - 1)
    keys.sweep()
    expect(keys.find('org_1', id(7))).toBe(bytes)
    time.clock.advance(1)
    keys.sweep()
    expect(bytes.reveal()).toEqual(wiped)
  })

  it('do not show their bytes when they are inspected or serialized', () => {
    const { id, key } = make()
    expect(inspect(key(id(7)), { depth: 9 }) + JSON.stringify(key(id(7)))).not.toMatch(/07|\b7,7\b|BwcH/)
  })
})
