import { Agent, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '@protectmyapi/service-kit/clock'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import type { Express } from 'express'
import supertest from 'supertest'
import type { Role } from '../access/roles.js'
import { buildApp, buildRest } from '../build-rest.js'
import { buildFeed, type Feed } from '../feed/build-feed.js'
import { API_PREFIX } from '../http/api-prefix.js'
import type { Route } from '../http/route.js'
import type { IdempotencyRecords } from '../idempotency/idempotency-records.js'
import { createHeldKeys, type HeldKeys } from '../keys/held-keys.js'
import { createPasswordHasher, type PasswordHasher } from '../people/password-hasher.js'
import type { CallProxy } from '../test-call/call-proxy.js'
import { type LaggingProxy, laggingProxy } from './lagging-proxy.js'
import { type MemoryVault, memoryVault } from './memory-vault.js'
import { runtimeDatabase } from './runtime-database.js'

export const PASSWORD = 'a long enough password'
const PRIVATE_UPSTREAM = '127.0.0.1'

type Method = Route['method']

/** One signed-in person. */
export interface Person {
  readonly id: string
  readonly email: string
  readonly token: string
  /** Sends a request with the person's token. `path` is below /api/v1. */
  ask(method: Method, path: string, body?: object): supertest.Test
}

/** The REST side over real Postgres, with a vault in memory. */
export interface RestHarness {
  readonly db: Knex
  readonly feed: Feed
  /** RETRYWAITS: tells whether a request's answer waits for a proxy that lags behind. */
  readonly heldUp: LaggingProxy['heldUp']
  readonly vault: MemoryVault
  readonly hasher: PasswordHasher
  /** Hold no key until `tend` was called. */
  readonly keys: HeldKeys
  readonly app: Express
  readonly routes: readonly Route[]
  readonly records: IdempotencyRecords
  /** A new person, inserted into the database and signed in through the API. */
  person(name: string): Promise<Person>
  /** Makes a new organization of this owner. Answers its id. */
  organization(owner: Person, name: string): Promise<string>
  join(organizationId: string, person: Person, role: Role): Promise<void>
  anonymous(method: Method, path: string, body?: object): supertest.Test
  /** A connection for statements that the runtime role may not execute. */
  asOwner(): Knex
  close(): Promise<void>
}

export async function restHarness({
  exempt = [PRIVATE_UPSTREAM],
  callProxy = null,
  clock = systemClock,
}: {
  exempt?: readonly string[]
  callProxy?: CallProxy | null
  clock?: Clock
} = {}): Promise<RestHarness> {
  const { db, target, superuser, close } = await runtimeDatabase()
  const log = createLogger('test', 'silent')
  const proxy = laggingProxy(db)
  const { waitUntilSeen, commitChange } = proxy
  const feed = { ...buildFeed({ db, dataPlaneDb: db, target, clock, log }), waitUntilSeen, commitChange }
  const vault = memoryVault()
  const hasher = await createPasswordHasher()
  const keys = createHeldKeys({ db, vault, clock, log })
  const parts = {
    db,
    target,
    feed,
    vault,
    hasher,
    clock,
    log,
    privateUpstreams: privateUpstreams(exempt),
    accessLogDays: 90,
    keys,
    callProxy,
    redis: null,
  }
  const rest = buildRest(parts)
  const app = buildApp(rest, parts, {
    publicOrigin: undefined,
    trustedProxies: ['127.0.0.1', '::1'],
    notReady: async () => undefined,
  })
  const passwordHash = await hasher.hash(PASSWORD)
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  // Without it each request would open a connection of its own.
  const agent = new Agent({ keepAlive: true })
  const anonymous = (method: Method, path: string, body?: object): supertest.Test => {
    const request = supertest(`http://127.0.0.1:${port}`)
      [VERBS[method]](API_PREFIX + path)
      .agent(agent)
    return body === undefined ? request : request.send(body)
  }

  async function person(name: string): Promise<Person> {
    const email = `${name}@example.com`
    const id = newId('user')
    await db('users').insert({ id, email, name, password_hash: passwordHash })
    // Each person signs in from an address of their own, because sign-ins are limited by address.
    const answer = await anonymous('POST', '/auth/sign-in', { email, password: PASSWORD })
      .set('x-forwarded-for', addressOf(name))
      .expect(200)
    const token: string = answer.body.token
    return {
      id,
      email,
      token,
      ask: (method, path, body) => anonymous(method, path, body).set('authorization', `Bearer ${token}`),
    }
  }

  return {
    db,
    feed,
    heldUp: proxy.heldUp,
    vault,
    hasher,
    keys,
    app,
    routes: rest.routes,
    records: rest.records,
    person,
    anonymous,
    async organization(owner, name) {
      const answer = await owner.ask('POST', '/orgs', { name }).expect(201)
      return answer.body.id
    },
    async join(organizationId, { id }, role) {
      await db('members').insert({ organization_id: organizationId, user_id: id, role })
    },
    asOwner: () => superuser,
    async close() {
      agent.destroy()
      server.close()
      server.closeAllConnections()
      await close()
    },
  }
}

const VERBS = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const

/** A documentation address (RFC 3849) in a /64 of its own. */
function addressOf(name: string): string {
  return `2001:db8:0:${Buffer.from(name).toString('hex').slice(0, 4)}::1`
}
