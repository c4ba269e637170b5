import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { until } from '@protectmyapi/dev-kit/until'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import type { Decision } from './admit/admission.js'
import { createDataPlane } from './data-plane.js'
import { createTurnstile } from './fairness/turnstile.js'
import { systemSchedule } from './freshness/schedule.js'
import type { RedisLink } from './redis/redis-link.js'
import type { Route } from './routes/route.js'
import { startFakeDirectory } from './test/fake-directory.js'
import { startFakeVault } from './test/fake-vault.js'
import { fiftyfold } from './test/fiftyfold.js'
import { linkedRedis } from './test/linked-redis.js'
import { routeResponse } from './test/route-response.js'
import { hashOf } from './test/session-signer.js'
import { silentLog } from './test/silent-log.js'

const atEnd = closeAfterEach()

const NEVER = new Promise<never>(() => {})
const realTime = { clock: systemClock, schedule: systemSchedule }

/** A tenant is named by one letter, which its organization, service and secret carry. */
type Tenant = 'a' | 'b'

/** One proxy's data plane for two tenants. Questions for a tenant in `hangs` are never answered. */
async function start({ redis = null, time = realTime }: { redis?: RedisLink | null; time?: typeof realTime } = {}) {
  const hangs = { directory: new Set<Tenant>(), vault: new Set<Tenant>() }
  const tenants = new Map<string, Tenant>()
  const directory = await startFakeDirectory(systemClock, {
    route: (credential, service) => {
      const tenant = tenants.get(credential) ?? 'a'
      return hangs.directory.has(tenant) ? NEVER : routeOf(tenant, service)
    },
  })
  atEnd(() => directory.close())
  const vault = await startFakeVault((versionId) => {
    const tenant = versionId.charAt(4) as Tenant
    return hangs.vault.has(tenant) ? 'never' : leaseOf(versionId)
  })
  atEnd(() => vault.close())
  const plane = createDataPlane({
    directory: directory.client,
    vault: vault.client,
    ...time,
    log: silentLog(),
    turnstile: createTurnstile(),
    redis,
  })
  atEnd(() => plane.stop())
  await plane.start()
  const tokens = { a: newToken('app'), b: newToken('app') }
  for (const tenant of ['a', 'b'] as const) tenants.set(tokens[tenant], tenant)
  const resolve = (tenant: Tenant, service: string): Promise<Route> => {
    const token = tokens[tenant]
    return plane.routes.resolve({ kind: 'app-token', token, hash: hashOf(token) }, service)
  }
  const lease = async (route: Route): Promise<string | undefined> =>
    [...(await plane.leases.lease(route)).values()][0]?.value.reveal()
  const admit = (route: Route): Promise<Decision> =>
    plane.admission.admit({
      ...{ requestId: `req_${route.organizationId}`, route, method: 'POST', path: '/v1/x' },
      ...{ sourceAddress: '::1', appVersion: null },
    })
  return { plane, directory, vault, hangs, resolve, lease, admit }
}

/** The service's name distinguishes the secrets of one tenant. */
function routeOf(tenant: Tenant, service: string): ResolveRouteResponse__Output {
  const secretId = `sec_${tenant}_${service}`
  const labels = [{ kind: 'FEED_KIND_SECRET', id: secretId, generation: 1 }] as const
  const secrets = [{ secretId, versionId: `ver_${tenant}_${service}`, generation: 1, name: 'KEY' }]
  return routeResponse({ organizationId: `org_${tenant}`, labels: [...labels], secrets, limits: [] })
}

function leaseOf(versionId: string) {
  return {
    lease: {
      secretId: versionId.replace('ver', 'sec'),
      versionId,
      generation: 1,
      value: Buffer.from(`value ${versionId}`),
      bindings: { origins: ['https://api.example.com'], placements: [{ header: 'authorization' }], services: [] },
      lifeMs: 300_000,
    },
  }
}

const refusalOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined).catch((err: unknown) => err)

describe('what hangs for one tenant', () => {
  it('at the directory holds up neither a cold request of another tenant nor a warm one of its own', async () => {
    const { hangs, resolve, plane } = await start()
    await resolve('a', 'warm')
    hangs.directory.add('a')
    const waiting = Array.from({ length: 128 }, (_, at) => refusalOf(resolve('a', `cold-${at}`)))
    expect(await refusalOf(resolve('a', 'one-too-many'))).toMatchObject({
      message: 'too many unknown routes are being asked for',
    })
    expect((await resolve('b', 'cold')).organizationId).toBe('org_b')
    expect((await resolve('a', 'warm')).organizationId).toBe('org_a')
    await plane.stop()
    void waiting
  })

  it('at the vault holds up neither a cold request of another tenant nor a warm one of its own', async () => {
    const { hangs, resolve, lease, vault } = await start()
    const warm = await resolve('a', 'warm')
    await lease(warm)
    hangs.vault.add('a')
    const routes: Route[] = []
    for (let at = 0; at < 129; at += 1) routes.push(await resolve('a', `cold-${at}`))
    const refusals = routes.map((route) => refusalOf(lease(route)))
    expect(await refusals.at(-1)).toMatchObject({ message: 'too many leases are being asked for' })
    await until(() => vault.asked.length > 128 || undefined)
    expect(await lease(await resolve('b', 'cold'))).toBe('value ver_b_cold')
    expect(await lease(warm)).toBe('value ver_a_warm')
  })
})

describe('readiness', () => {
  it('stays true while management and vault hang, even past the horizon, and what is impaired is named', async () => {
    const { plane, directory, hangs, resolve, lease, admit } = await start({ time: fiftyfold })
    const warm = await resolve('a', 'warm')
    await lease(warm)
    expect([plane.ready(), plane.impaired()]).toEqual([true, []])
    hangs.vault.add('a').add('b')
    directory.says.mute = true
    await until(() => plane.impaired().length > 0 || undefined)
    expect([plane.ready(), plane.impaired()]).toEqual([true, ['management-silent']])
    expect(await lease(await resolve('a', 'warm'))).toBe('value ver_a_warm')
    expect(await admit(warm)).toMatchObject({ admitted: true })
    await until(() => plane.impaired()[0] === 'horizon-passed' || undefined)
    expect(plane.ready()).toBe(true)
    directory.says.mute = false
    await until(() => plane.impaired().length === 0 || undefined)
  })
})

describeWithRedis('a Redis that hangs with its connections open', () => {
  it('holds up no tenant: management admits and records requests, and leases come from the vault', async () => {
    const { server, redis } = await linkedRedis(atEnd)
    const { plane, directory, resolve, lease, admit } = await start({ redis })
    await until(() => redis.isUsable() || undefined)
    const routes = await Promise.all((['a', 'b'] as const).map((tenant) => resolve(tenant, 'warm')))
    for (const route of routes) expect(await admit(route)).toMatchObject({ admitted: true })
    expect(directory.admitCalls).toEqual([])
    await server.ask('CLIENT', 'PAUSE', '600000', 'ALL')
    for (const decision of await Promise.all(routes.map(admit))) expect(decision).toMatchObject({ admitted: true })
    expect([plane.ready(), plane.impaired()]).toEqual([true, ['redis-away']])
    const organizations = directory.entries
      .filter(({ kind }) => kind === 'ENTRY_KIND_ADMITTED')
      .map(({ organizationId }) => organizationId)
    expect(new Set(organizations)).toEqual(new Set(['org_a', 'org_b']))
    expect(await lease(await resolve('b', 'cold'))).toBe('value ver_b_cold')
  })
})
