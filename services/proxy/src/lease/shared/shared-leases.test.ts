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

describe('a lease that another proxy has taken', () => {
  it('comes from the store with value and bindings, and the vault is not asked', async () => {
    const { b, vault, route } = await warm()
    const secrets = await b.leases.lease(route(['a1']))
    expect(secrets.get('sec_a')?.value.reveal()).toBe(secretOf('ver_a_1'))
    expect(secrets.get('sec_a')?.bindings).toEqual(BINDINGS)
    expect(vault.asked).toEqual([])
  })

  it('is asked for in one question with the others, and the vault for what is missing alone', async () => {
    const { b, vault, store, route } = await warm()
    store.asked.length = 0
    const secrets = await b.leases.lease(route(['a1', 'b1', 'c1']))
    expect(secrets.size).toBe(3)
    expect(store.asked.map((keys) => keys.length)).toEqual([3])
    expect(versionsAsked(vault)).toEqual([['ver_b_1', 'ver_c_1']])
  })

  it('is no use to a proxy that is cold to the organization: it asks the vault, and not the store', async () => {
    const { proxy, vault, store, route } = await warm()
    store.asked.length = 0
    expect(await valueIn(proxy(), route(['a1']))).toBe(secretOf('ver_a_1'))
    expect(store.asked).toEqual([])
    expect(versionsAsked(vault)).toEqual([['ver_a_1']])
  })

  it('is not taken below the floor, whatever the store keeps (RFLOOR)', async () => {
    const { b, route } = await warm()
    const question = questionOf(route(['a1']))
    expect(await b.read(question)).toHaveLength(1)
    b.apply({ kind: 'FEED_KIND_SECRET', id: 'sec_a', generation: 2 })
    expect(await b.read(question)).toEqual([])
  })

  it('is not taken where the row came in while the store was asked (RFLOOR)', async () => {
    const { b, store, route } = await warm()
    store.says.duringGet = () => b.apply({ kind: 'FEED_KIND_SECRET', id: 'sec_a', generation: 2 })
    expect(await b.read(questionOf(route(['a1'])))).toEqual([])
  })

  it('ends when its seal says, not when the store forgets it (RTTL)', async () => {
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

  it('lives five minutes at most where the clock was set back, from before the store was asked (RTTL, READTIME)', async () => {
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

  it('is of the generation that the grant names, or not taken (LABEL)', async () => {
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

describe('what the vault has leased', () => {
  it('is renewed at half-life by the vault, not by the store, and shared anew', async () => {
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

  it('is not shared without a lease key, nor at its end', async () => {
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

  it('is shared for as long as it lives', async () => {
    const { store, time } = await warm()
    const untils = [...store.entries.values()].map(({ until }) => until)
    expect(untils).toEqual([time.clock.monotonicMs() + LEASE_LIFE_MS, time.clock.monotonicMs() + LEASE_LIFE_MS])
  })
})

describe('a store that is away', () => {
  it('costs one question, and the vault answers within the same request', async () => {
    const { b, store, vault, route } = await warm()
    store.says.away = true
    store.asked.length = 0
    expect(await valueIn(b, route(['a1']))).toBe(secretOf('ver_a_1'))
    expect(store.asked).toHaveLength(1)
    expect(versionsAsked(vault)).toEqual([['ver_a_1']])
    await settle()
  })

  it('and a vault that is away: what others have shared is still taken', async () => {
    const { b, vault, route } = await warm()
    vault.says.away = true
    expect(await valueIn(b, route(['a1']))).toBe(secretOf('ver_a_1'))
    await expect(b.leases.lease(route(['b1']))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('a shredded organization', () => {
  it('takes its lease keys with it: nothing that is shared of it opens any more (EVICT)', async () => {
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
  it('open nothing that is shared once a row has ended them; a lease that was opened under one is dropped too', async () => {
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
