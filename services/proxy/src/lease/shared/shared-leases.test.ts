import { describe, expect, it } from '@jest/globals'
import type { Route } from '../../routes/route.js'
import { gate } from '../../test/gate.js'
import { memorySealedLeases } from '../../test/memory-sealed-leases.js'
import { BINDINGS, LEASE_LIFE_MS, secretOf } from '../../test/memory-vault.js'
import {
  granted,
  questionOf,
  type SharingProxy,
  settle,
  sharingProxies,
  versionsAsked,
} from '../../test/sharing-proxies.js'

const make = () => sharingProxies(memorySealedLeases)

/** Proxy A has leased a1 and shared it. Proxy B has a lease of the organization, and so its lease key. */
async function warm() {
  const rig = make()
  const [a, b] = [rig.proxy(), rig.proxy()]
  await b.leases.lease(rig.route(['z1']))
  await a.leases.lease(rig.route(['a1']))
  await settle()
  rig.vault.asked.length = 0
  return { ...rig, a, b }
}
const valueIn = async ({ leases }: SharingProxy, route: Route) =>
  (await leases.lease(route)).get('sec_a')?.value.reveal()

describe('a lease that another proxy has shared', () => {
  it('is taken from the store with its value and bindings, and the vault is not asked', async () => {
    const { b, vault, route } = await warm()
    const secrets = await b.leases.lease(route(['a1']))
    expect(secrets.get('sec_a')?.value.reveal()).toBe(secretOf('ver_a_1'))
    expect(secrets.get('sec_a')?.bindings).toEqual(BINDINGS)
    expect(vault.asked).toEqual([])
  })

  it('is asked for in one question to the store, and the vault is asked only for what is missing there', async () => {
    const { b, vault, store, route } = await warm()
    store.asked.length = 0
    const secrets = await b.leases.lease(route(['a1', 'b1', 'c1']))
    expect(secrets.size).toBe(3)
    expect(store.asked.map((keys) => keys.length)).toEqual([3])
    expect(versionsAsked(vault)).toEqual([['ver_b_1', 'ver_c_1']])
  })

  it('is not used by a proxy that is cold to the organization, which asks the vault and not the store', async () => {
    const { proxy, vault, store, route } = await warm()
    store.asked.length = 0
    expect(await valueIn(proxy(), route(['a1']))).toBe(secretOf('ver_a_1'))
    expect(store.asked).toEqual([])
    expect(versionsAsked(vault)).toEqual([['ver_a_1']])
  })

  it('is not taken when its generation is below the floor, although the store keeps it (RFLOOR)', async () => {
    const { b, route } = await warm()
    const question = questionOf(route(['a1']))
    expect(await b.read(question)).toHaveLength(1)
    b.apply({ kind: 'FEED_KIND_SECRET', id: 'sec_a', generation: 2 })
    expect(await b.read(question)).toEqual([])
  })

  it('is not taken when the row that replaces it arrives while the store is being asked (RFLOOR)', async () => {
    const { b, store, route } = await warm()
    store.says.duringGet = () => b.apply({ kind: 'FEED_KIND_SECRET', id: 'sec_a', generation: 2 })
    expect(await b.read(questionOf(route(['a1'])))).toEqual([])
  })

  it('ends at the time in its seal, even if the store keeps it longer (RTTL)', async () => {
    const { b, store, vault, route, advance, time } = await warm()
    store.says.keepsAll = true
    const endsAt = time.clock.monotonicMs() + LEASE_LIFE_MS
    advance(LEASE_LIFE_MS - 1)
    expect(await b.read(questionOf(route(['a1'])))).toMatchObject([{ lease: { notAfter: endsAt } }])
    advance(1)
    expect(await b.read(questionOf(route(['a1'])))).toEqual([])
    expect(await valueIn(b, route(['a1']))).toBe(secretOf('ver_a_1'))
    expect(versionsAsked(vault)).toEqual([['ver_a_1']])
  })

  it('lives at most five minutes from before the question when the clock was set back (RTTL, READTIME)', async () => {
    const { b, store, route, time } = await warm()
    time.clock.stepWall(-600_000)
    const askedAt = time.clock.monotonicMs()
    store.says.duringGet = () => time.clock.advance(200)
    expect(await b.read(questionOf(route(['a1'])))).toMatchObject([{ lease: { notAfter: askedAt + LEASE_LIFE_MS } }])
  })

  it('ends with the grant of the route that takes it (CAP)', async () => {
    const { b, route, time } = await warm()
    const notAfter = time.clock.monotonicMs() + 100_000
    expect((await b.leases.lease(route(['a1'], { notAfter }))).get('sec_a')?.notAfter).toBe(notAfter)
  })

  it('is not taken when the grant names another generation (LABEL)', async () => {
    const { b, route } = await warm()
    const secret = { ...granted('a1'), generation: 2 }
    expect(await b.read({ ...questionOf(route(['a1'])), secrets: [secret] })).toEqual([])
  })

  it('is taken in the hour after the one in which it was sealed', async () => {
    const { proxy, vault, route, advance, time } = make()
    const [a, b] = [proxy(), proxy()]
    await b.leases.lease(route(['z1']))
    advance(untilTheHour(time.clock.wallMs()) - 1_000)
    await a.leases.lease(route(['a1']))
    await settle()
    advance(2_000)
    await b.leases.lease(route(['y1']))
    vault.asked.length = 0
    expect(await valueIn(b, route(['a1']))).toBe(secretOf('ver_a_1'))
    expect(vault.asked).toEqual([])
  })
})

const untilTheHour = (wallMs: number): number => 3_600_000 - (wallMs % 3_600_000)

describe('a lease from the vault', () => {
  it('is renewed at half-life by the vault, not from the store, and is shared anew', async () => {
    const { a, b, vault, store, route, advance, time } = await warm()
    advance(LEASE_LIFE_MS / 2 + 1)
    store.asked.length = 0
    const endsAt = time.clock.monotonicMs() + LEASE_LIFE_MS
    await a.leases.lease(route(['a1'], { notAfter: endsAt + 1 }))
    await settle()
    expect(store.asked).toEqual([])
    expect(versionsAsked(vault)).toEqual([['ver_a_1']])
    expect(await b.read(questionOf(route(['a1'])))).toMatchObject([{ lease: { notAfter: endsAt } }])
  })

  it('is handed to the request before the store has taken it', async () => {
    const { a, store, route } = await warm()
    const slow = gate()
    store.says.beforePut = slow.passed
    expect((await a.leases.lease(route(['b1']))).size).toBe(1)
    expect(store.entries.size).toBe(2)
    slow.open()
    await settle()
    expect(store.entries.size).toBe(3)
  })

  it('is not shared when it came without a lease key, or when only a second of its life is left', async () => {
    const { a, store, vault, route, advance, time } = await warm()
    vault.says.leaseKeys = false
    await a.leases.lease(route(['b1']))
    vault.says.leaseKeys = true
    const lease = vault.lease
    vault.lease = async (question) => {
      const answer = await lease(question)
      advance(LEASE_LIFE_MS - 1_000)
      return answer
    }
    await a.upstream.lease(questionOf(route(['c1'], { notAfter: time.clock.monotonicMs() })))
    await settle()
    expect(store.entries.size).toBe(2)
  })

  it('is kept in the store for exactly as long as it lives', async () => {
    const { store, time } = await warm()
    const untils = [...store.entries.values()].map(({ until }) => until)
    expect(untils).toEqual([time.clock.monotonicMs() + LEASE_LIFE_MS, time.clock.monotonicMs() + LEASE_LIFE_MS])
  })
})

describe('when the store or the vault is away', () => {
  it('a request costs one question to the store, and is answered by the vault', async () => {
    const { b, store, vault, route } = await warm()
    store.says.away = true
    store.asked.length = 0
    expect(await valueIn(b, route(['a1']))).toBe(secretOf('ver_a_1'))
    expect(store.asked).toHaveLength(1)
    expect(versionsAsked(vault)).toEqual([['ver_a_1']])
    await settle()
  })

  it('shared leases are still taken while the vault is away, and all others are refused with UNAVAILABLE', async () => {
    const { b, vault, route } = await warm()
    vault.says.away = true
    expect(await valueIn(b, route(['a1']))).toBe(secretOf('ver_a_1'))
    await expect(b.leases.lease(route(['b1']))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('a shredded organization', () => {
  it('has its lease keys dropped for good, and none of its shared leases opens any more (EVICT)', async () => {
    const { b, store, vault, route } = await warm()
    const question = questionOf(route(['a1']))
    expect(await b.read(question)).toHaveLength(1)
    b.apply({ kind: 'FEED_KIND_ORGANIZATION', id: 'org_1', generation: 2 })
    store.asked.length = 0
    expect(await b.read(question)).toEqual([])
    expect(b.keys.holdsAny('org_1')).toBe(false)
    expect(store.asked).toEqual([])
    // A lease that was on its way does not bring a key back (FENCE).
    await b.upstream.lease(question)
    expect(b.keys.holdsAny('org_1')).toBe(false)
    expect(vault.asked).toHaveLength(1)
  })
})

describe('lease keys that may be known to others', () => {
  it('open no shared lease once a row has ended them, and the leases opened under them are dropped too', async () => {
    const { b, vault, route } = await warm()
    expect(await valueIn(b, route(['a1']))).toBe(secretOf('ver_a_1'))
    expect(b.leases.held(route(['a1']))).toBeDefined()
    b.apply({ kind: 'FEED_KIND_LEASE_KEYS', id: 'org_1', generation: 2 })
    expect(b.keys.holdsAny('org_1')).toBe(false)
    const next = route(['a1'])
    const after = {
      ...next,
      labels: next.labels.map((label) => ({
        ...label,
        generation: label.kind === 'FEED_KIND_LEASE_KEYS' ? 2 : label.generation,
      })),
    }
    expect(b.leases.held(after)).toBeUndefined()
    vault.asked.length = 0
    expect(await valueIn(b, after)).toBe(secretOf('ver_a_1'))
    expect(versionsAsked(vault)).toEqual([['ver_a_1']])
  })
})
