import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { asFault, type FaultCode } from '@protectmyapi/service-kit/faults'
import { createAdmission } from './admit/create-admission.js'
import { createCrowd } from './fairness/crowd.js'
import { beginFill } from './freshness/held.js'
import type { AppCredential } from './identify/credential.js'
import { createLeaseSource } from './lease/held-leases.js'
import { createLeaseKeys } from './lease/shared/lease-keys.js'
import { createWriteShared } from './lease/shared/write-shared.js'
import { createAccessRecorder } from './record/access-recorder.js'
import { createBacklog } from './record/backlog.js'
import { createSequences } from './record/sequences.js'
import { createRouteSource } from './routes/held-routes.js'
import type { GrantedSecret, Route } from './routes/route.js'
import { routeFromWire } from './routes/route-from-wire.js'
import { createSessionKeys } from './sessions/session-keys.js'
import { createSessionVerifier } from './sessions/verify-session.js'
import { fresh } from './test/fresh.js'
import { routeResponse } from './test/route-response.js'
import { hashOf, sessionSigner } from './test/session-signer.js'
import { silentLog } from './test/silent-log.js'

/** The bounds of one process, each where production applies it: what is held, and what waits. */

const log = silentLog()
const LIFE_MS = 300_000
const BINDINGS = { origins: [], placements: [], services: [] }
const ROUTE: Route = { ...routeFromWire(routeResponse()), notAfter: 0 }

const appToken = (): AppCredential => {
  const token = newToken('app')
  return { kind: 'app-token', token, hash: hashOf(token) }
}

async function sessionsOf(sessionsMax?: number) {
  const freshness = fresh()
  const { keeper, time } = freshness
  const { clock } = time
  const signer = await sessionSigner('key_1', clock.wallMs)
  const keys = createSessionKeys({ keeper, clock, log, listSessionKeys: () => Promise.resolve(signer.keys()) })
  const bound = sessionsMax === undefined ? {} : { sessionsMax }
  return { ...freshness, clock, signer, sessions: createSessionVerifier({ keeper, clock, keys, ...bound }) }
}

async function routesOf(resolveRoute: () => Promise<ResolveRouteResponse__Output>, bound: { routesMax?: number } = {}) {
  const { keeper, clock, sessions } = await sessionsOf()
  return createRouteSource({ keeper, clock, log, sessions, resolveRoute, ...bound })
}

const granted = (nth: number, secretId = `sec_${nth}`): GrantedSecret => ({
  secretId,
  versionId: `ver_${nth}`,
  generation: 1,
  name: 'KEY',
})

interface VaultOptions {
  readonly valueBytes?: number
  readonly lifeMs?: number
  readonly answering?: () => Promise<void>
  readonly leasesMax?: number
}

/** A vault whose values have `valueBytes` bytes; `answering` runs before it answers. */
function leasesOf({ valueBytes = 8, lifeMs = LIFE_MS, answering = async () => {}, ...bound }: VaultOptions) {
  const { keeper, time } = fresh()
  const leases = createLeaseSource({
    keeper,
    clock: time.clock,
    log,
    forgetRoute: () => {},
    ...bound,
    upstream: {
      async lease(question) {
        await answering()
        return question.secrets.map(({ versionId, secretId, generation }) => {
          const value = new SecretBytes(Buffer.alloc(valueBytes, 'k'))
          const notAfter = time.clock.monotonicMs() + lifeMs
          return { versionId, lease: { secretId, generation, value, bindings: BINDINGS, notAfter } }
        })
      },
    },
  })
  const route = (organizationId: string, secrets: readonly GrantedSecret[]): Route => ({
    ...ROUTE,
    organizationId,
    labels: [],
    secrets: new Map(secrets.map((secret) => [secret.secretId, secret])),
    notAfter: time.clock.monotonicMs() + LIFE_MS,
  })
  return { leases, route }
}

/** A memory of numbered things. `fill` takes in a range of them, `holds` uses one. */
interface Memory {
  fill(from: number, to: number): Promise<void>
  holds(nth: number): Promise<boolean>
}

async function one(fill: (nth: number) => unknown, from: number, to: number): Promise<void> {
  for (let nth = from; nth < to; nth += 1) await fill(nth)
}

async function heldRoutes(routesMax: number): Promise<Memory> {
  let asked = 0
  const routes = await routesOf(
    () => {
      asked += 1
      return Promise.resolve(routeResponse())
    },
    { routesMax },
  )
  const token = appToken()
  const ask = (nth: number): Promise<Route> => routes.resolve(token, `s${nth}`)
  return {
    fill: (from, to) => one(ask, from, to),
    async holds(nth) {
      const before = asked
      await ask(nth)
      return asked === before
    },
  }
}

async function heldSessions(max: number): Promise<Memory> {
  const { signer, sessions } = await sessionsOf(max)
  const token = (nth: number): Promise<string> => signer.token({ jti: `ses_${nth}` })
  const tokens: string[] = []
  return {
    fill: (from, to) =>
      one(
        async (nth) => {
          tokens[nth] = await token(nth)
          await sessions.verify(tokens[nth] ?? '', hashOf(tokens[nth] ?? ''))
        },
        from,
        to,
      ),
    holds: async (nth) => sessions.held(hashOf(tokens[nth] ?? '')) !== undefined,
  }
}

/** All new ones in one call. */
function heldLeases(options: VaultOptions): Memory {
  const { leases, route } = leasesOf(options)
  return {
    async fill(from, to) {
      await leases.lease(
        route(
          'org_1',
          Array.from({ length: to - from }, (_, at) => granted(from + at)),
        ),
      )
    },
    holds: async (nth) => leases.held(route('org_1', [granted(nth)])) !== undefined,
  }
}

function heldLeaseKeys(keysMax: number): Memory {
  const { keeper, time } = fresh()
  const keys = createLeaseKeys(keeper, time.clock, keysMax)
  const id = { dataKeyId: 'key_1', dataKeyVersion: 1, hour: 7 }
  const keep = (nth: number): void => {
    const organizationId = `org_${nth}`
    const label = { kind: 'FEED_KIND_ORGANIZATION', id: organizationId, generation: 1 } as const
    const bytes = new SecretBytes(Buffer.alloc(32))
    const labels = [label, { ...label, kind: 'FEED_KIND_LEASE_KEYS' } as const]
    keys.keep({ organizationId, labels }, { id, bytes, sealsUntil: LIFE_MS }, beginFill(keeper, time.clock))
  }
  return { fill: (from, to) => one(keep, from, to), holds: async (nth) => keys.find(`org_${nth}`, id) !== undefined }
}

describe('what a process holds is bounded: one entry too many drops the least recently used, and nothing else', () => {
  it.each([
    ['routes, of which 20,000 are held', 8, heldRoutes],
    ['sessions, 50,000', 8, heldSessions],
    ['leases, 20,000', 8, (leasesMax: number) => heldLeases({ leasesMax })],
    ['lease keys, 20,000', 8, heldLeaseKeys],
    [
      'leases of 64 KiB, of which 64 MiB are held with 1 KiB for each',
      1_008,
      () => heldLeases({ valueBytes: 64 * 1024 }),
    ],
  ])('%s: %i', async (_what, max, make) => {
    const memory = await make(max)
    await memory.fill(0, max)
    expect(await memory.holds(0)).toBe(true)
    await memory.fill(max, max + 1)
    expect(await memory.holds(max)).toBe(true)
    expect([await memory.holds(0), await memory.holds(2), await memory.holds(1)]).toEqual([true, true, false])
  })
})

/** Takes a place and stays in it. Rejects, or throws, where there is none. */
type Enter = (owner: string, nth: number) => Promise<unknown>

const forever = (): Promise<never> => new Promise(() => {})

async function unknownRoutes(): Promise<Enter> {
  const routes = await routesOf(forever)
  const tokens = new Map<string, AppCredential>()
  return (owner, nth) => {
    const token = tokens.get(owner) ?? appToken()
    tokens.set(owner, token)
    return routes.resolve(token, `s${nth}`)
  }
}

function unknownLeases(): Enter {
  const { leases, route } = leasesOf({ answering: forever })
  return (owner, nth) => leases.lease(route(owner, [granted(nth)]))
}

function waitForAdmission(): Enter {
  const recorder = createAccessRecorder({
    sequences: createSequences(),
    clock: manualClock(),
    log,
    backlog: createBacklog(),
    queue: { add: () => {}, addDirect: () => {}, drain: () => Promise.resolve(0) },
  })
  const quotas = { reserve: () => ({ keep() {}, giveBack() {} }) }
  const { admit } = createAdmission({ recorder, quotas, log, admit: forever })
  const asked = { method: 'GET', path: '/', sourceAddress: '::1', appVersion: null }
  return (organizationId, nth) =>
    admit({ ...asked, requestId: `req_${nth}`, route: { ...ROUTE, organizationId, limits: [] } })
}

function inHand(isLate: boolean): Enter {
  const crowd = createCrowd({ loop: { isLate: () => isLate }, clock: manualClock(), log })
  return async (owner) => {
    crowd.enter(owner)
    await forever()
  }
}

describe('what waits is bounded over all organizations: one request too many is refused as UNAVAILABLE at once', () => {
  it.each([
    // An owner with fewer than eight in hand is always let in, so eight of each newcomer are.
    ['in hand', { owners: 4, share: 1_024, beyond: 8 }, () => inHand(false)],
    ['in hand while the event loop is late', { owners: 2, share: 256, beyond: 8 }, () => inHand(true)],
    ['for routes', { owners: 8, share: 128, beyond: 0 }, unknownRoutes],
    ['for leases', { owners: 4, share: 128, beyond: 0 }, unknownLeases],
    ['for admission', { owners: 4, share: 2_048, beyond: 0 }, waitForAdmission],
  ])('%s: %j', async (_for, { owners, share, beyond }, make) => {
    const enter = await make()
    const refused: FaultCode[] = []
    const take = (owner: string, count: number): void => {
      for (let nth = 0; nth < count; nth += 1)
        enter(owner, nth).catch((err: unknown) => void refused.push(asFault(err).code))
    }
    for (let owner = 0; owner < owners; owner += 1) take(`org_${owner}`, share)
    take('org_newcomer', beyond)
    await turn()
    expect(refused).toEqual([])
    take('org_newcomer', 1)
    await turn()
    expect(refused).toEqual(['UNAVAILABLE'])
  })
})

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

describe('a failed attempt is repeated only so often:', () => {
  it('a lease that has expired when it arrives is asked for three times, and then UNAVAILABLE', async () => {
    let asked = 0
    const answering = async (): Promise<void> => {
      asked += 1
    }
    const { leases, route } = leasesOf({ answering, lifeMs: 0 })
    await expect(leases.lease(route('org_1', [granted(1)]))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(asked).toBe(3)
  })

  it('a session whose signing key falls at each check is checked three times, and then UNAVAILABLE', async () => {
    const { keeper, clock, signer } = await sessionsOf()
    let found = 0
    const listed = createSessionKeys({ keeper, clock, log, listSessionKeys: () => Promise.resolve(signer.keys()) })
    const keys = {
      ...listed,
      async find(kid: string) {
        found += 1
        const known = await listed.find(kid)
        return known && { ...known, label: { ...known.label, generation: 0 } }
      },
    }
    keeper.push({ number: 1, kind: 'FEED_KIND_SIGNING_KEY', id: 'key_1', generation: 1 })
    const token = await signer.token({})
    const sessions = createSessionVerifier({ keeper, clock, keys })
    await expect(sessions.verify(token, hashOf(token))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(found).toBe(3)
  })
})

it('a session’s token is accepted with up to 4,096 characters, and refused with more', async () => {
  const { signer, sessions } = await sessionsOf()
  const of = (chars: number): Promise<string> => signer.token({ jti: 's'.repeat(chars) })
  // Three bytes become four characters.
  const chars = 1 + Math.floor(((4_096 - (await of(1)).length) * 3) / 4)
  const [longest, longer] = [await of(chars), await of(chars + 3)]
  expect([longest.length > 4_092, longest.length <= 4_096, longer.length > 4_096]).toEqual([true, true, true])
  const outcomes = await Promise.allSettled([longest, longer].map((token) => sessions.verify(token, hashOf(token))))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

it('at most 256 leases are on their way to Redis: one more is not shared, and nobody waits for it', async () => {
  const { clock } = fresh().time
  let put = 0
  const writeShared = createWriteShared({
    clock,
    log,
    store: {
      get: () => Promise.resolve([]),
      put() {
        put += 1
        return forever()
      },
    },
  })
  const secrets = Array.from({ length: 257 }, (_, nth) => granted(nth))
  const notAfter = clock.monotonicMs() + LIFE_MS
  const answers = secrets.map(({ secretId, versionId, generation }) => {
    const value = new SecretBytes(Buffer.from('k'))
    return { versionId, lease: { secretId, generation, value, bindings: BINDINGS, notAfter, notAfterMs: 1 } }
  })
  const id = { dataKeyId: 'key_1', dataKeyVersion: 1, hour: 7 }
  writeShared({ organizationId: 'org_1', secrets }, answers, {
    id,
    bytes: new SecretBytes(Buffer.alloc(32)),
    sealsUntil: notAfter,
  })
  expect(put).toBe(256)
})
