import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { callUnary, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { createResolveRoute } from '../directory/resolve/resolve-route.js'
import { createSignInLimits, type SignInLimits } from '../people/sign-in-limits.js'
import { accessEntry } from './access-entries.js'
import { type Catalog, insertCatalog } from './catalog.js'
import { type DirectoryHarness, directoryHarness } from './directory-harness.js'

/** Calls that proxies depend on are answered, however much strangers and people ask for at once. */

const LIMITS = {
  /** For some hundred calls to arrive, on a machine that does other things. As long as a statement may wait. */
  refusedMs: 10_000,
} as const

let harness: DirectoryHarness
let proxy: ReloadingClient<DirectoryClient>
let service: ReloadingClient<DirectoryClient>
let signIns: SignInLimits
let catalog: Catalog

beforeAll(async () => {
  harness = await directoryHarness()
  proxy = await harness.client('proxy')
  service = await harness.client('worker')
  signIns = createSignInLimits(harness.db, systemClock)
})
afterAll(() => harness.close())
beforeEach(async () => {
  catalog = await insertCatalog(harness.db)
})

/** Settles when the first Sync of a new stream is answered. */
function sync(): Promise<string> {
  const call = proxy.current().sync({ deadline: new Date(Date.now() + 60_000) })
  return new Promise((resolve, reject) => {
    call.once('data', () => {
      resolve('answered')
      call.cancel()
    })
    // After the answer it is only the error of the cancelled call, and has no effect.
    call.on('error', reject)
    call.write({ bootId: newId('boot'), syncId: 1, applied: 0 })
  })
}

type Unary = Parameters<typeof callUnary<object, object>>[0]

const ask = (method: Unary, request: object): Promise<string> =>
  callUnary(method, request, 30_000).then(
    () => 'answered',
    (thrown: { code?: string }) => String(thrown.code),
  )

/** Every call that a proxy needs in order to serve requests. */
function whatProxiesLiveOn(): Promise<string[]> {
  const { appToken } = catalog
  return Promise.all([
    ...otherThanRoutes(),
    ask((...call) => proxy.current().resolveRoute(...call), { credential: appToken, service: 'example' }),
  ])
}

function otherThanRoutes(): Promise<string>[] {
  const { organizationId } = catalog
  const bootId = newId('boot')
  const admitted = accessEntry({ organizationId, shard: 1, sequence: 1 })
  const finished = accessEntry({ organizationId, shard: 1, sequence: 2, kind: 'ENTRY_KIND_FINISHED' })
  return [
    sync(),
    ask((...call) => proxy.current().listSessionKeys(...call), {}),
    ask((...call) => proxy.current().admit(...call), { bootId, admissions: [{ entry: admitted, buckets: [] }] }),
    ask((...call) => proxy.current().recordAccess(...call), { bootId, entries: [finished] }),
    ask((...call) => proxy.current().drawQuota(...call), { draws: [], returns: [] }),
  ]
}

const answered = (count: number): string[] => Array.from({ length: count }, () => 'answered')

describe('calls that proxies depend on are answered', () => {
  it('while every connection of the pool for all other callers is taken', async () => {
    const max: number = harness.db.client.pool.max
    const taken = await Promise.all(Array.from({ length: max }, () => harness.db.transaction()))
    try {
      expect(await whatProxiesLiveOn()).toEqual(answered(6))
    } finally {
      await Promise.all(taken.map((trx) => trx.rollback()))
    }
  })

  it('while made-up app tokens are sent: 2 reads of routes run, 20 wait, all more are refused at once', async () => {
    const held = await harness.db.transaction()
    // While the lock is held, no route can be read.
    await held.raw('LOCK TABLE apps')
    const outcomes: string[] = []
    const few = { atOnce: 2, waitingMax: 20 }
    const resolve = createResolveRoute(
      { db: harness.dataPlaneDb, keys: harness.keys, clock: systemClock },
      { bySession: few, byAppToken: few },
    )
    const attack = (): Promise<string> =>
      resolve({ credential: newToken('app'), service: 'example' }, { spiffeId: 'spiffe://x/y', thumbprint: 'z' }).then(
        () => 'answered',
        (thrown: { code?: string }) => String(thrown.code),
      )
    const attacks = Array.from({ length: 2 + 20 + 10 }, () => attack().then((outcome) => outcomes.push(outcome)))
    try {
      await until(() => (outcomes.length === 10 ? true : undefined), LIMITS.refusedMs)
      expect(await Promise.all(otherThanRoutes())).toEqual(answered(5))
      expect([outcomes.length, new Set(outcomes)]).toEqual([10, new Set(['UNAVAILABLE'])])
    } finally {
      await held.rollback()
    }
    await Promise.all(attacks)
    expect(outcomes.filter((outcome) => outcome === 'APP_NOT_FOUND')).toHaveLength(22)
  })

  const address = (nth: number): string => `2001:db8:0:f::${nth.toString(16)}`
  const lockBuckets = (trx: Knex): Promise<unknown> => trx('rate_buckets').forUpdate().select()

  it.each([
    [
      'made-up debug tokens',
      { waitingMax: 128, later: ['INVALID_TOKEN', 'RATE_LIMITED'], lock: lockBuckets },
      (nth: number) =>
        ask((...call) => proxy.current().exchangeDebugToken(...call), {
          debugToken: newToken('debug'),
          sourceAddress: address(nth),
        }),
    ],
    [
      'questions of an identity that is not registered',
      { waitingMax: 128, later: ['FORBIDDEN', 'RATE_LIMITED'], lock: lockBuckets },
      () => ask((...call) => service.current().resolveSecrets(...call), { names: ['A_KEY'] }),
    ],
    [
      'attempts to sign in',
      {
        waitingMax: 64,
        later: ['answered', 'RATE_LIMITED'],
        lock: (trx: Knex) =>
          trx.raw("SELECT pg_advisory_xact_lock(hashtextextended('sign-in address 2001:db8:0:f::/64', 0))"),
      },
      (nth: number) =>
        signIns.reserve({ email: `nobody${nth}@example.com`, address: address(nth) }).then(
          () => 'answered',
          (thrown: { code?: string }) => String(thrown.code),
        ),
    ],
  ])(
    'while management is flooded with %s: two hold a connection, some wait, and all more are refused at once',
    async (_what, { waitingMax, later, lock }, attack) => {
      // Creates the row whose lock all later attacks wait for.
      await attack(0)
      const held = await harness.dataPlaneDb.transaction()
      await lock(held)
      const outcomes: string[] = []
      const attacks = Array.from({ length: 2 + waitingMax + 10 }, (_, nth) =>
        attack(nth).then((outcome) => outcomes.push(outcome)),
      )
      try {
        await until(() => (outcomes.length === 10 ? true : undefined), LIMITS.refusedMs)
        await until(() => (harness.db.client.pool.numUsed() === 2 ? true : undefined))
        expect(await whatProxiesLiveOn()).toEqual(answered(6))
        expect([outcomes.length, new Set(outcomes)]).toEqual([10, new Set(['RATE_LIMITED'])])
        expect(harness.db.client.pool.numUsed()).toBe(2)
      } finally {
        await held.rollback()
      }
      await Promise.all(attacks)
      expect([...new Set(outcomes)].sort()).toEqual([...later].sort())
    },
  )
})
