import { expect, it } from '@jest/globals'
import { connectTestRedis, redisTarget } from '@protectmyapi/dev-kit/redis/connect-test-redis'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { Directory } from '@protectmyapi/protos/directory'
import { Vault } from '@protectmyapi/protos/vault'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { createReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { grpcVaultLeases } from '../../../services/proxy/src/lease/grpc-vault-leases.js'
import { openLease, type SealedFor } from '../../../services/proxy/src/lease/shared/seal-lease.js'
import { parseSealedLease, type SealedLease } from '../../../services/proxy/src/lease/shared/sealed-lease.js'
import type { LeaseKey } from '../../../services/proxy/src/lease/vault-leases.js'
import { grpcResolveRoute } from '../../../services/proxy/src/routes/grpc-resolve-route.js'
import { NAMESPACE, TRUST_DOMAIN } from '../../src/system/identities.js'
import { untilServed } from './load.js'
import { heldInMemory } from './process-memory.js'
import { provision } from './provision.js'
import type { TestSystem } from './start-test-system.js'

const HOUR_MS = 3_600_000
/** Enough time for the test, with some to spare. */
const NEEDED_MS = 30_000

/** An organization that one proxy serves, and what that proxy was given for it. */
interface Served {
  readonly organizationId: string
  readonly value: string
  readonly whose: SealedFor
  readonly key: LeaseKey
}

/** Two proxies that share a Redis. */
export function describeSharedLeases(started: () => { readonly system: TestSystem; readonly origin: string }): void {
  describeWithRedis('all of Redis and the memory of one proxy', () => {
    // Only Linux shows a process's memory.
    const onLinux = process.platform === 'linux' ? it : it.skip

    onLinux(
      'open the leases of organizations that it serves, and of no other',
      async () => {
        const { system, origin } = started()
        await untilFarFromNextHour()
        const one = await serve(system, origin, 'served-by-one', 0)
        const other = await serve(system, origin, 'served-by-other', 1)
        const sealed = await sharedLeases(system, [one, other])
        const wanted = {
          'key of one': one.key.bytes.reveal(),
          'value of one': Buffer.from(one.value),
          'key of other': other.key.bytes.reveal(),
          'value of other': Buffer.from(other.value),
        }
        const pidOf = (name: string): number => system.running.pids().get(name) ?? 0
        expect(await heldInMemory(pidOf('proxy-1'), wanted)).toEqual(['key of one', 'value of one'])
        expect(await heldInMemory(pidOf('proxy-2'), wanted)).toEqual(['key of other', 'value of other'])
        // What an attacker can open who has these keys and knows all names.
        const openedBy = ({ key }: Served): readonly string[] =>
          sealed.flatMap((lease) =>
            [one, other].flatMap(({ organizationId, whose }) =>
              openLease(key.bytes, lease, whose) === undefined ? [] : [organizationId],
            ),
          )
        expect(openedBy(one)).toEqual([one.organizationId])
        expect(openedBy(other)).toEqual([other.organizationId])
      },
      60_000,
    )
  })
}

/**
 * A lease key is valid for one hour of the vault's clock, so the hour must not change between holding a key and asking
 * for it again.
 */
async function untilFarFromNextHour(): Promise<void> {
  await until(() => (HOUR_MS - (Date.now() % HOUR_MS) > NEEDED_MS ? true : undefined), NEEDED_MS + 1_000)
}

/** Makes an organization with one service, which only this proxy is asked for. */
async function serve(system: TestSystem, origin: string, slug: string, proxy: number): Promise<Served> {
  const { id: organizationId } = await system.owner.post<{ id: string }>('/orgs', { name: slug, slug })
  const value = system.planter.plant('sk-shared-')
  const { token } = await provision({ ...system, org: `/orgs/${organizationId}` }, { slug, origin, value })
  await untilServed(`${system.proxies[proxy] ?? ''}/v1/p/${slug}/x`, token, 20_000)
  return { organizationId, value, ...(await leasedAs(system, proxy, token, slug)) }
}

/** What the vault answers to a client that has this proxy's certificate. */
async function leasedAs(
  { running }: TestSystem,
  proxy: number,
  token: string,
  slug: string,
): Promise<Pick<Served, 'whose' | 'key'>> {
  const { identities, config } = running
  const { cert: certFile = '', key: keyFile = '' } = identities.proxies[proxy] ?? {}
  const material = await watchMaterial({ certFile, keyFile, caFile: identities.ca }, createLogger('test', 'silent'))
  const to = (account: string, port: number) => ({
    address: `127.0.0.1:${port}`,
    serverId: spiffeId(TRUST_DOMAIN, NAMESPACE, account),
  })
  const directory = createReloadingClient(Directory, to('management', config.ports.directory), material)
  const vault = createReloadingClient(Vault, to('vault', config.ports.vault), material)
  try {
    const route = await grpcResolveRoute(directory)(token, slug)
    const { leaseKey } = await grpcVaultLeases(vault, systemClock).lease({ ...route, why: 'wanted' })
    const [secret] = route.secrets
    if (leaseKey === undefined || secret === undefined) throw new Error('the vault leased nothing')
    return { whose: { organizationId: route.organizationId, ...secret }, key: leaseKey }
  } finally {
    directory.close()
    vault.close()
    material.stop()
  }
}

/** All leases in Redis, once those of both organizations are there. */
async function sharedLeases({ redis }: TestSystem, served: readonly Served[]): Promise<readonly SealedLease[]> {
  if (redis === undefined) throw new Error('the system has no Redis')
  const client = await connectTestRedis(redisTarget(redis))
  try {
    return await until(async () => {
      const keys = (await client.keys('*')).filter((key) => key.includes(':lease:'))
      const areThere = served.every(({ organizationId }) => keys.some((key) => key.includes(`:${organizationId}:`)))
      if (!areThere) return undefined
      const found = await Promise.all(keys.map((key) => client.getBuffer(key)))
      return found.flatMap((bytes) => (bytes && parseSealedLease(bytes)) ?? [])
    })
  } finally {
    client.disconnect()
  }
}
