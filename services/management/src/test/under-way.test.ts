import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { untilLockAwaited } from '@protectmyapi/dev-kit/postgres/until-lock-awaited'
import { until } from '@protectmyapi/dev-kit/until'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import type { Actor } from '../audit/audit-entry.js'
import { API_PREFIX } from '../http/api-prefix.js'
import { type ListeningHttp, listenHttp } from '../http/listen-http.js'
import { beginSignIn } from '../people/sign-in-sessions.js'
import { createSecret } from '../secrets/changes/create-secret.js'
import { importSecrets } from '../secrets/import/import-secrets.js'
import type { SecretDeps } from '../secrets/secret-deps.js'
import { PASSWORD, type Person, type RestHarness, restHarness } from './rest-harness.js'

let house: RestHarness
let server: ListeningHttp
/** The last request that came to the server. */
let arrived: IncomingMessage | undefined
let owner: Person
beforeAll(async () => {
  house = await restHarness()
  server = await listenHttp({ host: '127.0.0.1', port: 0 }, (message, response) => {
    arrived = message
    house.app(message, response)
  })
  owner = await house.person('owner')
})
afterAll(async () => {
  await server.close(0)
  await house.close()
})

/** An organization with an app, and an admin with three credentials: two sign-ins and a token. */
interface World {
  readonly org: string
  readonly admin: Person
  readonly token: { readonly id: string; readonly token: string }
  readonly otherSignIn: { readonly id: string; readonly token: string }
}

let world: World
let count = 0
beforeEach(async () => {
  count += 1
  const org = await house.organization(owner, `Under way ${count}`)
  await owner.ask('POST', `/orgs/${org}/apps`, { name: 'App', slug: 'app', platform: 'ios' }).expect(201)
  const admin = await house.person(`admin${count}`)
  await house.join(org, admin, 'admin')
  const asked = { name: 'ci', scopes: ['apps:write', 'secrets:write'], organizations: 'all' }
  const { body: token } = await admin.ask('POST', '/auth/tokens', { ...asked, expiresInDays: 1 }).expect(201)
  const client = { address: '192.0.2.7', userAgent: '', secure: false, loopback: false }
  const otherSignIn = await house.db.transaction((trx) => beginSignIn(trx, admin.id, client))
  world = { org, admin, token, otherSignIn }
})

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** A request and the credential that it is sent with. */
interface Asked {
  readonly credential: string
  readonly method: Method
  readonly path: string
  readonly body: object
}

const NEW_TOKEN = { name: 'kept', scopes: ['apps:read'], organizations: 'all', expiresInDays: 366 }
const LENIENT = { policy: 'off' }

const byToken = (): Asked => withApp(world.token.token)
const bySignIn = (): Asked => withApp(world.admin.token)
const withApp = (credential: string): Asked => ({
  credential,
  method: 'PATCH',
  path: `/orgs/${world.org}/apps/app`,
  body: LENIENT,
})
const byOtherSignIn = (): Asked => ({
  credential: world.otherSignIn.token,
  method: 'POST',
  path: '/auth/tokens',
  body: NEW_TOKEN,
})

const isDone = ({ status }: { status: number }) => expect(status).toBe(204)
const revokeToken = () => world.admin.ask('DELETE', `/auth/tokens/${world.token.id}`).then(isDone)
const endSignIn = () => world.admin.ask('DELETE', `/auth/sessions/${world.otherSignIn.id}`).then(isDone)
const changePassword = () =>
  world.admin.ask('PUT', '/auth/password', { current: PASSWORD, next: 'another long password' }).then(isDone)
const member = () => `/orgs/${world.org}/members/${world.admin.id}`
const remove = () => owner.ask('DELETE', member()).then(isDone)
const lower = () => owner.ask('PATCH', member(), { role: 'member' }).expect(200)
const deleteOrg = () => owner.ask('DELETE', `/orgs/${world.org}`).then(isDone)

type Case = readonly [what: string, asked: () => Asked, end: () => PromiseLike<unknown>, refusal: string]

const CASES: readonly Case[] = [
  ['its token is revoked', byToken, revokeToken, '401 INVALID_TOKEN'],
  ['its sign-in is ended', byOtherSignIn, endSignIn, '401 TOKEN_EXPIRED'],
  ['its person’s password is changed', byOtherSignIn, changePassword, '401 TOKEN_EXPIRED'],
  ['its person is removed', bySignIn, remove, '404 NOT_FOUND'],
  ['its person is removed, who acts by a token', byToken, remove, '404 NOT_FOUND'],
  ['its person’s role is lowered', bySignIn, lower, '403 FORBIDDEN'],
  ['its organization is deleted', bySignIn, deleteOrg, '404 NOT_FOUND'],
]

/** The state that these requests try to change. */
async function gains(): Promise<unknown> {
  const [tokens] = await house.db('personal_tokens').where('user_id', world.admin.id).count()
  const apps = await house.db('apps').where('organization_id', world.org).select('policy', 'deleted_at')
  return { tokens, apps }
}

const outcomeOf = (status: number | undefined, body: string): string => `${status} ${JSON.parse(body).code}`

/** Holds back the last byte of a body. Once the server waits for it, calls `end` and then sends the byte. */
function withLateByte(asked: Asked, end: Case[2]): Promise<string> {
  const bytes = JSON.stringify(asked.body)
  const sending = send(asked, { 'content-length': bytes.length })
  sending.write(bytes.slice(0, -1))
  return endedMeanwhile(sending, end, bytes.slice(-1))
}

function send({ credential, method, path }: Asked, framing: OutgoingHttpHeaders): ClientRequest {
  arrived = undefined
  const headers = { ...framing, authorization: `Bearer ${credential}`, 'content-type': 'application/json' }
  return request({ host: '127.0.0.1', port: server.port, method, path: API_PREFIX + path, headers })
}

async function endedMeanwhile(sending: ClientRequest, end: Case[2], rest: string): Promise<string> {
  const answered = once(sending, 'response')
  await until(() => (isBeingRead() ? true : undefined))
  await end()
  sending.end(rest)
  const [answer]: IncomingMessage[] = await answered
  if (!answer) throw new Error('no answer')
  return outcomeOf(answer.statusCode, await text(answer))
}

/** Whether the gate has let the request in: only then does the server read the body. */
const isBeingRead = (): boolean => (arrived?.listenerCount('readable') ?? 0) > 0

describe('a request whose body arrives late is refused if meanwhile', () => {
  it.each(CASES)('%s', async (_, asked, end, refusal) => {
    const before = await gains()
    expect(await withLateByte(asked(), end)).toBe(refusal)
    expect(await gains()).toEqual(before)
  })

  it('its sign-in is ended, even though it only reads', async () => {
    const asked = { ...byOtherSignIn(), method: 'GET', path: `/orgs/${world.org}/apps`, body: {} } as const
    expect(await withLateByte(asked, endSignIn)).toBe('401 TOKEN_EXPIRED')
  })

  it('its sign-in is ended and its chunked body turns out to be empty', async () => {
    const before = await gains()
    const asked = { ...withApp(world.otherSignIn.token), method: 'DELETE' } as const
    const sending = send(asked, { 'transfer-encoding': 'chunked' })
    sending.flushHeaders()
    expect(await endedMeanwhile(sending, endSignIn, '')).toBe('401 TOKEN_EXPIRED')
    expect(await gains()).toEqual(before)
  })
})

/** Holds up a change of the app by a lock. Once the change waits for it, calls `end` and then releases the lock. */
async function heldUp({ credential, method, path, body }: Asked, end: Case[2]): Promise<string> {
  const holder = await house.asOwner().transaction()
  await holder.raw('LOCK TABLE apps IN SHARE MODE')
  const answered = house
    .anonymous(method, path, body)
    .set('authorization', `Bearer ${credential}`)
    .then((answer) => outcomeOf(answer.status, answer.text))
  try {
    await untilLockAwaited(house.asOwner())
    await end()
  } finally {
    await holder.rollback()
  }
  return answered
}

describe('a change that has not committed yet is rolled back if meanwhile', () => {
  it.each(CASES)('%s', async (_, asked, end, refusal) => {
    const before = await gains()
    // Only the gate distinguishes a revoked credential from an expired one.
    const expected = refusal.startsWith('401') ? '401 INVALID_TOKEN' : refusal
    expect(await heldUp(withApp(asked().credential), end)).toBe(expected)
    expect(await gains()).toEqual(before)
  })

  it('its person is lowered from owner to admin, and it sets quotas, which only owners may', async () => {
    await owner.ask('PATCH', member(), { role: 'owner' }).expect(200)
    const holder = await house.asOwner().transaction()
    await holder('organizations').where('id', world.org).forUpdate().first('id')
    // They queue in this order for the lock of the organization's row, and get it in this order.
    const answers = [owner.ask('PATCH', member(), { role: 'admin' }).then(({ status }) => status)]
    try {
      await untilLockAwaited(house.asOwner())
      answers.push(world.admin.ask('PATCH', `/orgs/${world.org}`, { quotas: [] }).then(({ status }) => status))
      await untilLockAwaited(house.asOwner(), 2)
    } finally {
      await holder.rollback()
    }
    expect(await Promise.all(answers)).toEqual([200, 403])
  })
})

describe('a change that has begun to commit', () => {
  it.each([
    ['the revocation of its token', revokeToken],
    ['the removal of its person', remove],
  ])('is committed before %s, which waits for it', async (_, end) => {
    const holder = await house.asOwner().transaction()
    await holder.raw('LOCK TABLE audit IN SHARE MODE')
    const { method, path, body, credential } = byToken()
    const answered = house
      .anonymous(method, path, body)
      .set('authorization', `Bearer ${credential}`)
      .then(({ status }) => status)
    let ended: PromiseLike<unknown> | undefined
    try {
      await untilLockAwaited(house.asOwner())
      ended = end()
      await untilLockAwaited(house.asOwner(), 2)
      // `end` waits for the change's transaction, not for the table's lock, which it might get second only by luck.
      expect(await waitedFor()).toEqual(['relation', 'transactionid'])
    } finally {
      await holder.rollback()
    }
    expect(await answered).toBe(200)
    await ended
  })
})

async function waitedFor(): Promise<string[]> {
  const waiters = house.asOwner()('pg_stat_activity').whereRaw('datname = current_database()')
  const rows = await waiters.where('wait_event_type', 'Lock').select<{ wait_event: string }[]>('wait_event')
  return rows.map(({ wait_event }) => wait_event).sort()
}

describe('a value that had reached the vault before its sender’s token was revoked', () => {
  const asToken = (): Actor => ({
    kind: 'user',
    id: world.admin.id,
    requestId: null,
    authority: {
      via: 'token',
      credentialId: world.token.id,
      place: { organizationId: world.org, userId: world.admin.id, permission: 'secrets:write' },
    },
  })

  /** Revokes the token when the first value reaches the vault. */
  function deps(): SecretDeps {
    const { db, feed, vault } = house
    let isRevoked = false
    return {
      db,
      commitChange: feed.commitChange,
      waitUntilSeen: feed.waitUntilSeen,
      vault: {
        ...vault,
        async putSecret(version) {
          if (!isRevoked) await revokeToken()
          isRevoked = true
          return vault.putSecret(version)
        },
      },
      usesOf: async () => [],
      presets: [],
      privateUpstreams: privateUpstreams([]),
      clock: systemClock,
      log: createLogger('test', 'silent'),
    }
  }

  const BINDINGS = {
    origins: ['https://a.example.com'],
    placements: [{ kind: 'header' as const, name: 'x-key' }],
    services: [],
  }
  const stored = () => house.db('secrets').where('organization_id', world.org).select('name', 'state')

  it('comes into force when a secret is created with it', async () => {
    const asked = { organizationId: world.org, name: 'ONE', value: 'one', bindings: BINDINGS, expiresAt: null }
    await createSecret(deps(), asToken(), asked)
    expect(await stored()).toEqual([{ name: 'ONE', state: 'active' }])
  })

  it('comes into force from a line of an import, and the import then fails with INVALID_TOKEN', async () => {
    const asked = {
      organizationId: world.org,
      text: 'ONE=one\nTWO=two\n',
      dryRun: false,
      bindings: { ONE: BINDINGS, TWO: BINDINGS },
      presets: {},
      externalVersion: undefined,
    }
    await expect(importSecrets(deps(), asToken(), asked)).rejects.toMatchObject({ code: 'INVALID_TOKEN' })
    expect(await stored()).toEqual([{ name: 'ONE', state: 'active' }])
  })
})
