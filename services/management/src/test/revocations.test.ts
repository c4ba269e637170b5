import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { until } from '@protectmyapi/dev-kit/until'
import type { ResolveRouteResponse } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { AppSessionClaims } from '@protectmyapi/service-kit/credentials/app-session'
import { SESSION_PREFIX } from '@protectmyapi/service-kit/credentials/tokens'
import { asFault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { systemActor } from '../audit/audit-entry.js'
import { createResolveRoute } from '../directory/resolve/resolve-route.js'
import { createExchangeDebugToken } from '../directory/sessions/exchange-debug-token.js'
import { createListSessionKeys } from '../directory/sessions/list-session-keys.js'
import { recordSync } from '../feed/registry.js'
import { endLeaseKeys } from '../keys/end-lease-keys.js'
import { createHeldKeys } from '../keys/held-keys.js'
import { rotateSigningKey } from '../keys/rotate-signing-key.js'
import { type KeyUse, signingKeyInForce } from '../keys/signing-key-rows.js'
import { restHarness } from './rest-harness.js'

const PEER = { spiffeId: 'spiffe://protectmyapi.local/ns/protectmyapi/sa/proxy', thumbprint: 'x'.repeat(43) }

const house = await startForAllTests(restHarness)
const log = createLogger('test', 'silent')
const keys = createHeldKeys({ db: house.db, vault: house.vault, clock: systemClock, log })
await keys.tend()
const owner = await house.person('owner')

/** An organization in use, and what a proxy holds: one route resolved by the app's token, and one by a session. */
interface World {
  readonly org: string
  readonly ids: Readonly<Record<'secret' | 'service' | 'app' | 'debugToken' | 'device' | 'session', string>>
  readonly credentials: { readonly appToken: string; readonly session: string; readonly debugToken: string }
  readonly held: Readonly<Record<'appToken' | 'session', readonly HeldLabel[]>>
}
interface HeldLabel {
  readonly kind: string
  readonly id: string
  readonly generation: number
}

const resolve = (credential: string): Promise<ResolveRouteResponse> =>
  createResolveRoute({ db: house.db, keys, clock: systemClock })({ credential, service: 'openai' }, PEER)
const exchange = (debugToken: string) =>
  createExchangeDebugToken({ db: house.db, keys, clock: systemClock })({ debugToken, sourceAddress: newId('boot') })
const outcomeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'served',
    (thrown: unknown) => asFault(thrown).code,
  )

let count = 0
async function aWorld(): Promise<World> {
  count += 1
  const org = await house.organization(owner, `Revocations ${count}`)
  const make = async (path: string, body: object) =>
    (await owner.ask('POST', `/orgs/${org}${path}`, body).expect(201)).body
  const secret = await make('/secrets', { name: 'OPENAI_API_KEY', value: `sk-revoked-${count}-0123456789` })
  const service = await make('/services', { name: 'OpenAI', slug: 'openai', preset: 'openai' })
  const app = await make('/apps', { name: 'App', slug: 'app', platform: 'ios', policy: 'audit' })
  const debugToken = await make(`/apps/${app.id}/debug-tokens`, { name: 'mac', expiresInHours: 1 })
  await owner.ask('PUT', `/orgs/${org}/apps/app/links/openai`).expect(201)
  const { token, deviceId } = await exchange(debugToken.token)
  const session = token ?? ''
  const claims = AppSessionClaims.parse(decodeJwt(session.slice(SESSION_PREFIX.length)))
  const routes = { appToken: await resolve(app.token), session: await resolve(session) }
  return {
    org,
    ids: {
      secret: secret.id,
      service: service.id,
      app: app.id,
      debugToken: debugToken.id,
      device: deviceId ?? '',
      session: claims.jti,
    },
    credentials: { appToken: app.token, session, debugToken: debugToken.token },
    held: {
      appToken: labelsOf(routes.appToken),
      session: [...labelsOf(routes.session), ...(await sessionLabels(session, claims))],
    },
  }
}

const labelsOf = ({ labels }: ResolveRouteResponse): HeldLabel[] =>
  (labels ?? []).map(({ kind, id, generation }) => ({
    kind: String(kind),
    id: id ?? '',
    generation: Number(generation),
  }))

/** The labels under which a proxy holds a verified session (verify-session.ts of the proxy). */
async function sessionLabels(session: string, { dvc, dgn, jti }: AppSessionClaims): Promise<HeldLabel[]> {
  const { kid } = decodeProtectedHeader(session.slice(SESSION_PREFIX.length))
  const { labels } = await createListSessionKeys(house.db)()
  return [
    { kind: 'FEED_KIND_DEVICE', id: dvc, generation: dgn },
    { kind: 'FEED_KIND_SESSION', id: jti, generation: 1 },
    ...labelsOf({ labels: (labels ?? []).filter(({ id }) => id === kid) }),
  ]
}

/** A revocation through the API, as a person makes it. */
const rest =
  (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: (ids: World['ids']) => string, body?: object) =>
  ({ org, ids }: World): Promise<unknown> =>
    owner.ask(method, `/orgs/${org}${path(ids)}`, body).then(({ status }) => expect(status).toBeLessThan(300))

const inAMinute = (): string => new Date(Date.now() + 60_000).toISOString()

const rotateNow = (use: KeyUse) => async (): Promise<unknown> => {
  const { db, vault, feed } = house
  const { id } = await signingKeyInForce(db, use)
  const deps = { db, vault, log: createLogger('test', 'silent'), waitUntilSeen: feed.waitUntilSeen }
  return rotateSigningKey(deps, systemActor('operator'), { use, seen: id, now: true })
}

const endKeys = (org: string | undefined) =>
  endLeaseKeys({ db: house.db, waitUntilSeen: house.feed.waitUntilSeen }, systemActor('operator'), org)

type Case = readonly [
  what: string,
  revoke: (world: World) => Promise<unknown>,
  event: string,
  /** What the old credentials are answered afterwards. `served`: the replacement serves them, with the new state. */
  after: { readonly appToken: string; readonly session: string },
]
const both = (code: string) => ({ appToken: code, session: code })

const CASES: readonly Case[] = [
  ['an organization’s lease keys', ({ org }) => endKeys(org), 'organization.lease-keys-ended', both('served')],
  ['all lease keys', () => endKeys(undefined), 'organization.lease-keys-ended', both('served')],
  [
    'a secret’s value',
    rest('PUT', ({ secret }) => `/secrets/${secret}/value`, { value: 'sk-another-0123456789' }),
    'secret.replaced',
    both('served'),
  ],
  [
    'a secret’s end',
    rest('PUT', ({ secret }) => `/secrets/${secret}/expiry`, { expiresAt: inAMinute() }),
    'secret.expiry-changed',
    both('served'),
  ],
  [
    'a secret by force',
    rest('DELETE', ({ secret }) => `/secrets/${secret}?force=true`),
    'secret.deleted',
    both('SECRET_NOT_FOUND'),
  ],
  [
    'a service’s being enabled',
    rest('PATCH', () => '/services/openai', { enabled: false }),
    'service.updated',
    both('ENDPOINT_DISABLED'),
  ],
  ['a service', rest('DELETE', () => '/services/openai'), 'service.deleted', both('ENDPOINT_NOT_FOUND')],
  ['a link', rest('DELETE', () => '/apps/app/links/openai'), 'link.deleted', both('ENDPOINT_NOT_LINKED')],
  ['an app’s being enabled', rest('PATCH', () => '/apps/app', { enabled: false }), 'app.updated', both('APP_DISABLED')],
  [
    'an app’s leniency',
    rest('PATCH', () => '/apps/app', { policy: 'enforce' }),
    'app.updated',
    { appToken: 'ATTESTATION_REQUIRED', session: 'served' },
  ],
  [
    'an app’s token',
    rest('POST', () => '/apps/app/token'),
    'app.token-replaced',
    { appToken: 'APP_NOT_FOUND', session: 'served' },
  ],
  ['an app', rest('DELETE', () => '/apps/app'), 'app.deleted', both('APP_NOT_FOUND')],
  ['an organization', rest('DELETE', () => ''), 'organization.deleted', both('APP_NOT_FOUND')],
  ['a grant key', rotateNow('grant'), 'signing-key.withdrawn', both('served')],
]
const SESSION_CASES: readonly Case[] = [
  [
    'a session',
    rest('DELETE', ({ session }) => `/apps/app/sessions/${session}`),
    'session.revoked',
    { appToken: 'served', session: 'INVALID_TOKEN' },
  ],
  [
    'a device',
    rest('DELETE', ({ device }) => `/apps/app/devices/${device}`),
    'device.revoked',
    { appToken: 'served', session: 'INVALID_TOKEN' },
  ],
  [
    'a debug token',
    rest('DELETE', ({ debugToken }) => `/apps/app/debug-tokens/${debugToken}`),
    'debug-token.revoked',
    { appToken: 'served', session: 'INVALID_TOKEN' },
  ],
  ['a session key', rotateNow('session'), 'signing-key.withdrawn', { appToken: 'served', session: 'INVALID_TOKEN' }],
]

describe('taking away or replacing', () => {
  it.each([...CASES, ...SESSION_CASES])(
    '%s is answered only when a proxy holds nothing that rests on the old state, and nothing new can rest on it',
    async (_, revoke, event, after) => {
      const world = await aWorld()
      const speaker = { bootId: newId('boot'), proof: new Uint8Array(32), spiffeId: PEER.spiffeId }
      const [before, trail] = [await head(), await trailEnd()]
      await recordSync(house.db, { ...speaker, applied: before, horizonMs: 60_000 })
      try {
        let answered = false
        const answer = revoke(world).then(() => {
          answered = true
        })
        await until(async () => (await head()) > before || undefined)
        // A request through the whole API takes long enough for an answer that does not wait to arrive.
        await owner.ask('GET', '/orgs').expect(200)
        expect(answered).toBe(false)
        const fallen = await fallenSince(before)
        const through = await head()
        await recordSync(house.db, { ...speaker, applied: through, horizonMs: 60_000 })
        await answer
        expect(world.held.session.some(fallen)).toBe(true)
        if (after.appToken !== 'served') expect(world.held.appToken.some(fallen)).toBe(true)
        const { appToken, session } = world.credentials
        const then = {
          appToken: await afterwards(appToken, fallen),
          session: await afterwards(session, fallen),
        }
        expect(then).toEqual(after)
        expect(await auditSince(trail)).toContain(event)
      } finally {
        await house.db('proxies').where('boot_id', speaker.bootId).delete()
      }
    },
  )

  it('a session leaves its device able to buy another one; a debug token then buys none', async () => {
    const world = await aWorld()
    await rest('DELETE', ({ session }) => `/apps/app/sessions/${session}`)(world)
    expect(await outcomeOf(exchange(world.credentials.debugToken))).toBe('served')
    await rest('DELETE', ({ debugToken }) => `/apps/app/debug-tokens/${debugToken}`)(world)
    expect(await outcomeOf(exchange(world.credentials.debugToken))).toBe('INVALID_TOKEN')
  })

  it('a secret’s expiry is also written to the pending version of a replacement that is under way', async () => {
    const { org, ids } = await aWorld()
    house.vault.failNext('putSecret', 'after')
    house.vault.failNext('settleVersion', 'before')
    await owner.ask('PUT', `/orgs/${org}/secrets/${ids.secret}/value`, { value: 'sk-slow-0123456789' }).expect(503)
    const expiresAt = inAMinute()
    await owner.ask('PUT', `/orgs/${org}/secrets/${ids.secret}/expiry`, { expiresAt }).expect(200)
    const [pending] = await house.db('secret_versions').where({ secret_id: ids.secret, state: 'pending' })
    expect(pending.expires_at.toISOString()).toBe(expiresAt)
  })

  it('a secret’s expiry changes when its routes end with SECRET_EXPIRED, and can be undone', async () => {
    const world = await aWorld()
    await rest('PUT', ({ secret }) => `/secrets/${secret}/expiry`, { expiresAt: inAMinute() })(world)
    expect((await resolve(world.credentials.session)).lifeMs).toBeLessThanOrEqual(60_000)
    await house
      .db('secrets')
      .where('id', world.ids.secret)
      .update({ expires_at: new Date(Date.now() - 1) })
    expect(await outcomeOf(resolve(world.credentials.session))).toBe('SECRET_EXPIRED')
    await rest('PUT', ({ secret }) => `/secrets/${secret}/expiry`, { expiresAt: null })(world)
    expect(await outcomeOf(resolve(world.credentials.session))).toBe('served')
    const past = { expiresAt: new Date(Date.now() - 1).toISOString() }
    await owner.ask('PUT', `/orgs/${world.org}/secrets/${world.ids.secret}/expiry`, past).expect(400)
  })

  it('lease keys reaches one organization or all of them, and answers NOT_FOUND for a deleted one', async () => {
    const [one, other, gone] = [await aWorld(), await aWorld(), await aWorld()]
    await rest('DELETE', () => '')(gone)
    const felled = async (org: string | undefined) => {
      const before = await head()
      const { organizations } = await endKeys(org)
      const fallen = await fallenSince(before)
      return { organizations, worlds: [one, other, gone].map(({ held }) => held.appToken.some(fallen)) }
    }
    expect(await felled(one.org)).toEqual({ organizations: 1, worlds: [true, false, false] })
    const all = await house.db('organizations').where('state', 'active')
    expect(await felled(undefined)).toEqual({ organizations: all.length, worlds: [true, true, false] })
    await expect(endKeys(gone.org)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(endKeys(newId('organization'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('a grant key has the next grant signed with another key, and destroys the old one at the vault', async () => {
    const world = await aWorld()
    const old = decodeProtectedHeader((await resolve(world.credentials.session)).grant ?? '').kid ?? ''
    await rotateNow('grant')()
    expect(decodeProtectedHeader((await resolve(world.credentials.session)).grant ?? '').kid).not.toBe(old)
    expect(house.vault.stateOf(old)).toBe('destroyed')
  })
})

/** `served` only if the new route rests on nothing that has fallen. */
function afterwards(credential: string, fallen: (label: HeldLabel) => boolean): Promise<string> {
  return outcomeOf(resolve(credential).then((route) => expect(labelsOf(route).some(fallen)).toBe(false)))
}

async function trailEnd(): Promise<string> {
  const row = await house.db('audit').max<{ last: string | null }>({ last: 'id' }).first()
  return row?.last ?? '0'
}

async function auditSince(id: string): Promise<string[]> {
  return (await house.db('audit').where('id', '>', id)).map((row: { event: string }) => row.event)
}

async function head(): Promise<number> {
  const row = await house.db('feed_counter').first<{ value: string }>('value')
  return Number(row.value)
}

/** FENCE: tells of a label whether a feed row above this number discards what is held under it. */
async function fallenSince(number: number): Promise<(label: HeldLabel) => boolean> {
  const rows = await house
    .db('feed')
    .where('number', '>', number)
    .select<{ kind: string; id: string; generation: string }[]>('kind', 'id', 'generation')
  return ({ kind, id, generation }) =>
    rows.some(
      (row) =>
        `FEED_KIND_${row.kind.toUpperCase().replace('-', '_')}` === kind &&
        row.id === id &&
        Number(row.generation) > generation,
    )
}
