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
  it('for one route are asked for in one call, which waiting requests share, and are then held', async () => {
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

  it('are still given to other organizations when 128 leases of one organization hang at the vault', async () => {
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

  it('are not shared with another organization, even under the same version id', async () => {
    const { leases, asked, answer, route } = make()
    const one = leases.lease(route(['a1']))
    answer(0)
    await one
    void leases.lease(route(['a1'], { organizationId: 'org_2' })).catch(() => {})
    expect(asked).toHaveLength(2)
  })

  it('are refused with RouteFallen once the secret was replaced, whose new version is leased (EVICT)', async () => {
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

  it('that arrive after the secret was replaced are refused with RouteFallen (FENCE, HANDOVER)', async () => {
    const { leases, answer, route, replace } = make()
    const one = leases.lease(route(['a1']))
    one.catch(() => {})
    replace('a', 2)
    answer(0)
    await expect(one).rejects.toBeInstanceOf(RouteFallen)
  })

  it('that arrive after another part of the route was changed are refused with RouteFallen (HANDOVER)', async () => {
    const { leases, answer, route, apply } = make()
    const app = { kind: 'FEED_KIND_APP', id: 'app_1', generation: 1 } as const
    const given = route(['a1'])
    const one = leases.lease({ ...given, labels: [...given.labels, app] })
    one.catch(() => {})
    apply({ ...app, generation: 2 })
    answer(0)
    await expect(one).rejects.toBeInstanceOf(RouteFallen)
  })

  it('of a replaced version that was destroyed are refused with RouteFallen, not with SECRET_NOT_FOUND', async () => {
    const { leases, answer, route, replace, spoilWith } = make()
    spoilWith(({ versionId }) => ({ versionId, fault: 'SECRET_NOT_FOUND' }))
    const one = leases.lease(route(['a1']))
    one.catch(() => {})
    replace('a', 2)
    answer(0)
    await expect(one).rejects.toBeInstanceOf(RouteFallen)
  })

  it('are refused with UNAVAILABLE past the horizon, from memory and from the vault', async () => {
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

  it('end with the grant, even if the vault would let them live longer (CAP)', async () => {
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

  it('of another generation than the grant’s are refused with SECRET_DECRYPTION_FAILED (LABEL)', async () => {
    const { leases, answer, route, spoilWith } = make()
    spoilWith((one) => ('lease' in one ? { ...one, lease: { ...one.lease, generation: 7 } } : one))
    const given = leases.lease(route(['a1']))
    answer(0)
    await expect(given).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
  })

  it('of another secret than the grant’s are refused with SECRET_DECRYPTION_FAILED', async () => {
    const { leases, answer, route, spoilWith } = make()
    spoilWith((one) => ('lease' in one ? { ...one, lease: { ...one.lease, secretId: 'sec_z' } } : one))
    const given = leases.lease(route(['a1']))
    answer(0)
    await expect(given).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
  })

  it('are copied out of the bytes from the wire, which are then wiped', async () => {
    const { leases, answer, route, handedOut } = make()
    const one = leases.lease(route(['a1']))
    answer(0)
    await one
    expect(handedOut[0]?.reveal().every((byte) => byte === 0)).toBe(true)
  })

  it('that the vault refuses give the secret’s name to the caller, and its id in the error’s message', async () => {
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

  it('that are missing from the vault’s answer are refused with INTERNAL', async () => {
    const { leases, answer, route, spoilWith } = make()
    spoilWith((one) => ({ ...one, versionId: 'ver_other' }))
    const one = leases.lease(route(['a1']))
    answer(0)
    await expect(one).rejects.toMatchObject({ code: 'INTERNAL' })
  })
})

describe('a refused grant', () => {
  it('has the route forgotten and the request rejected with GrantRefused', async () => {
    const { leases, refuse, route, forgotten } = make()
    const given = route(['a1'])
    const one = leases.lease(given)
    refuse(0, 'INVALID_GRANT')
    await expect(one).rejects.toBeInstanceOf(GrantRefused)
    expect(forgotten).toEqual([given])
  })

  it('of one request does not fail another request that waits for the same version with another grant', async () => {
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

describe('leases held in memory', () => {
  const warm = async (names: readonly string[]) => {
    const made = make()
    const route = made.route(names)
    const one = made.leases.lease(route)
    made.answer(0)
    await one
    return { ...made, given: route, makeRoute: made.route }
  }

  it('are found only when all those of the route are there, and only by their organization', async () => {
    const { leases, makeRoute, given } = await warm(['a1'])
    expect(leases.held(given)?.get('sec_a')?.value.reveal()).toBe('value of ver_a_1')
    expect(leases.held(given)).toBe(leases.held(given))
    expect(leases.held(makeRoute(['a1', 'b1']))).toBeUndefined()
    expect(leases.held({ ...given, organizationId: 'org_2' })).toBeUndefined()
  })

  it('fall with their route when the secret is replaced, and a newer route finds none (EVICT, HANDOVER)', async () => {
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

  it('are renewed in the background past half-life, with the grant of the request that they serve', async () => {
    const { leases, makeRoute, asked, time, sync } = await warm(['a1'])
    time.clock.advance(LIFE_MS / 2 + 1)
    sync()
    expect(leases.held(makeRoute(['a1'], { grant: 'renewed' }))?.size).toBe(1)
    expect(asked.map(({ question }) => question.grant)).toEqual(['grant', 'renewed'])
  })
})

describe('renewal of a lease', () => {
  it('begins at half-life behind a request, with the current route’s grant, if that outlasts the lease', async () => {
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

  it('leaves the held lease in use when the vault refuses it', async () => {
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
