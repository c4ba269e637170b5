import { describe, expect, it } from '@jest/globals'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault, type FaultCode } from '@protectmyapi/service-kit/faults'
import type { GrantedSecret, Route } from '../routes/route.js'
import { routeFromWire } from '../routes/route-from-wire.js'
import { fresh, HORIZON_MS } from '../test/fresh.js'
import { type Gate, gate } from '../test/gate.js'
import { routeResponse } from '../test/route-response.js'
import { silentLog } from '../test/silent-log.js'
import { createLeaseSource } from './held-leases.js'
import { GrantRefused, RouteFallen } from './lease-source.js'
import type { LeaseAnswer, LeaseQuestion } from './lease-upstream.js'

const BINDINGS: Bindings = {
  origins: ['https://api.example.com'],
  placements: [{ kind: 'header', name: 'authorization' }],
  services: [],
}
const LIFE_MS = 200_000

/** A vault that answers when the test says so, with a value that names the version. */
function make() {
  const freshness = fresh()
  const { time, keeper } = freshness
  const asked: { question: LeaseQuestion; answer: Gate<void> }[] = []
  const forgotten: Route[] = []
  const handedOut: SecretBytes[] = []
  let lifeMs = LIFE_MS
  let spoil: (answer: LeaseAnswer) => LeaseAnswer = (answer) => answer
  const leases = createLeaseSource({
    keeper,
    clock: time.clock,
    log: silentLog(),
    forgetRoute: (route) => void forgotten.push(route),
    upstream: {
      async lease(question) {
        const notAfter = time.clock.monotonicMs() + lifeMs
        const answer = gate()
        asked.push({ question, answer })
        await answer.passed
        return question.secrets.map(({ versionId }) => {
          const value = new SecretBytes(Buffer.from(`value of ${versionId}`))
          handedOut.push(value)
          const [, secret = '', generation = ''] = versionId.split('_')
          return spoil({
            versionId,
            lease: { secretId: `sec_${secret}`, generation: Number(generation), value, bindings: BINDINGS, notAfter },
          })
        })
      },
    },
  })
  /** Secrets as 'a1': id and generation. */
  const route = (names: readonly string[], over: Partial<Route> = {}): Route => {
    const secrets = names.map((name): GrantedSecret => {
      const [id = '', generation = ''] = name
      return {
        secretId: `sec_${id}`,
        versionId: `ver_${id}_${generation}`,
        generation: Number(generation),
        name: `KEY_${id}`,
      }
    })
    return {
      ...routeFromWire(routeResponse()),
      secrets: new Map(secrets.map((secret) => [secret.secretId, secret])),
      labels: secrets.map(({ secretId, generation }) => ({ kind: 'FEED_KIND_SECRET', id: secretId, generation })),
      notAfter: time.clock.monotonicMs() + 300_000,
      ...over,
    }
  }
  return {
    ...freshness,
    leases,
    asked,
    forgotten,
    handedOut,
    route,
    answer: (at: number) => asked[at]?.answer.open(),
    refuse: (at: number, code: FaultCode) => asked[at]?.answer.fail(new Fault(code, 'no')),
    live: (ms: number) => {
      lifeMs = ms
    },
    spoilWith: (how: typeof spoil) => {
      spoil = how
    },
    replace: (id: string, generation: number) =>
      freshness.apply({ kind: 'FEED_KIND_SECRET', id: `sec_${id}`, generation }),
  }
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

describe('leases', () => {
  it('of one route are asked for in one call, and once, however many requests wait', async () => {
    const { leases, asked, answer, route } = make()
    const waiting = Promise.all([leases.lease(route(['a1', 'b1'])), leases.lease(route(['a1', 'b1']))])
    answer(0)
    const [first] = await waiting
    expect(first?.get('sec_a')?.value.reveal()).toBe('value of ver_a_1')
    expect(first?.get('sec_b')?.bindings).toEqual(BINDINGS)
    await leases.lease(route(['b1']))
    expect(asked.map(({ question }) => question.secrets.map(({ versionId }) => versionId))).toEqual([
      ['ver_a_1', 'ver_b_1'],
    ])
  })

  it('of an organization that a vault hangs for leave the others theirs', async () => {
    const { leases, route, asked } = make()
    const hung = Array.from({ length: 128 }, (_, at) => {
      const secret = { secretId: 'sec_a', versionId: `ver_a_1${at}`, generation: 1, name: 'A' }
      return leases.lease(route([], { organizationId: 'org_h', secrets: new Map([['sec_a', secret]]) }))
    })
    for (const one of hung) one.catch(() => {})
    await expect(leases.lease(route(['b1'], { organizationId: 'org_h' }))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    const other = leases.lease(route(['b1']))
    asked.at(-1)?.answer.open()
    expect([...(await other).keys()]).toEqual(['sec_b'])
    for (const { answer } of asked) answer.open()
  })

  it('of another organization are never handed over, though the version id were the same', async () => {
    const { leases, asked, answer, route } = make()
    const one = leases.lease(route(['a1']))
    answer(0)
    await one
    void leases.lease(route(['a1'], { organizationId: 'org_2' })).catch(() => {})
    expect(asked).toHaveLength(2)
  })

  it('are asked for anew once the secret was replaced, and the old version is gone from memory (EVICT)', async () => {
    const { leases, asked, answer, route, replace } = make()
    const one = leases.lease(route(['a1']))
    answer(0)
    await one
    replace('a', 2)
    await expect(leases.lease(route(['a1']))).rejects.toBeInstanceOf(RouteFallen)
    const two = leases.lease(route(['a2']))
    answer(1)
    expect((await two).get('sec_a')?.value.reveal()).toBe('value of ver_a_2')
    expect(asked).toHaveLength(2)
  })

  it('that land after the secret was replaced are not handed over: the request may begin anew (FENCE, HANDOVER)', async () => {
    const { leases, answer, route, replace } = make()
    const one = leases.lease(route(['a1']))
    one.catch(() => {})
    replace('a', 2)
    answer(0)
    await expect(one).rejects.toBeInstanceOf(RouteFallen)
  })

  it('that land after something else of the route was changed are not handed over either (HANDOVER)', async () => {
    const { leases, answer, route, apply } = make()
    const app = { kind: 'FEED_KIND_APP', id: 'app_1', generation: 1 } as const
    const given = route(['a1'])
    const one = leases.lease({ ...given, labels: [...given.labels, app] })
    one.catch(() => {})
    apply({ ...app, generation: 2 })
    answer(0)
    await expect(one).rejects.toBeInstanceOf(RouteFallen)
  })

  it('that are refused because the replaced version was destroyed say that the route fell, not that there is no secret', async () => {
    const { leases, answer, route, replace, spoilWith } = make()
    spoilWith(({ versionId }) => ({ versionId, fault: 'SECRET_NOT_FOUND' }))
    const one = leases.lease(route(['a1']))
    one.catch(() => {})
    replace('a', 2)
    answer(0)
    await expect(one).rejects.toBeInstanceOf(RouteFallen)
  })

  it('past the horizon are UNAVAILABLE, from memory and from the vault', async () => {
    const { leases, asked, answer, route, time } = make()
    const one = leases.lease(route(['a1']))
    answer(0)
    await one
    const slow = leases.lease(route(['b1']))
    slow.catch(() => {})
    time.advance(HORIZON_MS)
    answer(1)
    await expect(slow).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(leases.lease(route(['a1']))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(asked).toHaveLength(2)
  })

  it('end with the grant, however long the vault would let them live (CAP)', async () => {
    const { leases, asked, answer, route, live, time, sync } = make()
    live(1_000_000)
    const given = route(['a1'], { notAfter: time.clock.monotonicMs() + 100_000 })
    const one = leases.lease(given)
    answer(0)
    expect((await one).get('sec_a')?.notAfter).toBe(given.notAfter)
    time.clock.advance(100_000)
    sync()
    void leases.lease(route(['a1'])).catch(() => {})
    expect(asked).toHaveLength(2)
  })

  it('of another generation than the grant’s are refused, and never handed over (LABEL)', async () => {
    const { leases, answer, route, spoilWith } = make()
    spoilWith((one) => ('lease' in one ? { ...one, lease: { ...one.lease, generation: 7 } } : one))
    const given = leases.lease(route(['a1']))
    answer(0)
    await expect(given).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
  })

  it('of another secret than the grant’s are refused', async () => {
    const { leases, answer, route, spoilWith } = make()
    spoilWith((one) => ('lease' in one ? { ...one, lease: { ...one.lease, secretId: 'sec_z' } } : one))
    const given = leases.lease(route(['a1']))
    answer(0)
    await expect(given).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
  })

  it('leave the wire’s bytes wiped', async () => {
    const { leases, answer, route, handedOut } = make()
    const one = leases.lease(route(['a1']))
    answer(0)
    await one
    expect(handedOut[0]?.reveal().every((byte) => byte === 0)).toBe(true)
  })

  it('refused by the vault name the secret to the caller, and its id to the log', async () => {
    const { leases, answer, route, spoilWith } = make()
    spoilWith((one) =>
      one.versionId === 'ver_b_1' ? { versionId: one.versionId, fault: 'SECRET_DECRYPTION_FAILED' } : one,
    )
    const both = leases.lease(route(['a1', 'b1']))
    answer(0)
    await expect(both).rejects.toMatchObject({
      code: 'SECRET_DECRYPTION_FAILED',
      say: expect.stringContaining('KEY_b'),
      message: expect.stringContaining('sec_b'),
    })
    await leases.lease(route(['a1']))
  })

  it('that are not in the answer are INTERNAL, not somebody else’s', async () => {
    const { leases, answer, route, spoilWith } = make()
    spoilWith((one) => ({ ...one, versionId: 'ver_other' }))
    const one = leases.lease(route(['a1']))
    answer(0)
    await expect(one).rejects.toMatchObject({ code: 'INTERNAL' })
  })
})

describe('a refused grant', () => {
  it('makes the route be asked for anew, and the request begin once more', async () => {
    const { leases, refuse, route, forgotten } = make()
    const given = route(['a1'])
    const one = leases.lease(given)
    refuse(0, 'INVALID_GRANT')
    await expect(one).rejects.toBeInstanceOf(GrantRefused)
    expect(forgotten).toEqual([given])
  })

  it('of one request does not refuse the others that wait for the same version', async () => {
    const { leases, asked, answer, refuse, route } = make()
    const bad = leases.lease(route(['a1'], { grant: 'old' }))
    bad.catch(() => {})
    const good = leases.lease(route(['a1'], { grant: 'new' }))
    refuse(0, 'INVALID_GRANT')
    await expect(bad).rejects.toBeInstanceOf(GrantRefused)
    await settle()
    expect(asked[1]?.question.grant).toBe('new')
    answer(1)
    expect((await good).size).toBe(1)
  })
})

describe('leases that need not be waited for', () => {
  const warm = async (names: readonly string[]) => {
    const made = make()
    const route = made.route(names)
    const one = made.leases.lease(route)
    made.answer(0)
    await one
    return { ...made, given: route, makeRoute: made.route }
  }

  it('are none until all of them are in memory', async () => {
    const { leases, makeRoute, given } = await warm(['a1'])
    expect(leases.held(given)?.get('sec_a')?.value.reveal()).toBe('value of ver_a_1')
    expect(leases.held(given)).toBe(leases.held(given))
    expect(leases.held(makeRoute(['a1', 'b1']))).toBeUndefined()
    expect(leases.held({ ...given, organizationId: 'org_2' })).toBeUndefined()
  })

  it('fall with the route that names them, and a newer route finds none (EVICT, HANDOVER)', async () => {
    const { leases, makeRoute, given, replace } = await warm(['a1'])
    expect(leases.held(given)?.size).toBe(1)
    replace('a', 2)
    expect(() => leases.held(given)).toThrow(RouteFallen)
    expect(leases.held(makeRoute(['a2']))).toBeUndefined()
  })

  it('are not handed over past the horizon, nor past their own end', async () => {
    const { leases, given, time, sync } = await warm(['a1'])
    time.advance(HORIZON_MS)
    expect(() => leases.held(given)).toThrow('horizon')
    sync()
    expect(leases.held(given)?.size).toBe(1)
    time.clock.advance(LIFE_MS)
    sync()
    expect(leases.held(given)).toBeUndefined()
  })

  it('are renewed behind the request that is served from them', async () => {
    const { leases, makeRoute, asked, time, sync } = await warm(['a1'])
    time.clock.advance(LIFE_MS / 2 + 1)
    sync()
    expect(leases.held(makeRoute(['a1'], { grant: 'renewed' }))?.size).toBe(1)
    expect(asked.map(({ question }) => question.grant)).toEqual(['grant', 'renewed'])
  })
})

describe('renewal of a lease', () => {
  it('begins at half-life behind a request, with the current route’s grant, where that lasts longer', async () => {
    const { leases, asked, answer, route, time, sync } = make()
    const first = route(['a1'])
    const one = leases.lease(first)
    answer(0)
    const held = (await one).get('sec_a')
    time.clock.advance(LIFE_MS / 2 + 1)
    sync()
    await leases.lease({ ...first, notAfter: held?.notAfter ?? 0 })
    expect(asked).toHaveLength(1)
    await leases.lease(route(['a1'], { grant: 'renewed' }))
    await leases.lease(route(['a1'], { grant: 'renewed' }))
    expect(asked.map(({ question }) => question.grant)).toEqual(['grant', 'renewed'])
    answer(1)
    await settle()
    time.clock.advance(LIFE_MS / 2 + 1)
    sync()
    expect((await leases.lease(route(['a1']))).size).toBe(1)
  })

  it('that fails leaves what is held until its end', async () => {
    const { leases, refuse, answer, route, time, sync } = make()
    const one = leases.lease(route(['a1']))
    answer(0)
    await one
    time.clock.advance(LIFE_MS / 2 + 1)
    sync()
    await leases.lease(route(['a1']))
    refuse(1, 'UNAVAILABLE')
    await settle()
    expect((await leases.lease(route(['a1']))).size).toBe(1)
  })
})
