import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import type { ExchangeDebugTokenRequest } from '@protectmyapi/protos/generated/directory/v1/ExchangeDebugTokenRequest'
import type { ExchangeDebugTokenResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ExchangeDebugTokenResponse'
import type { ListSessionKeysResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysResponse'
import type { ResolveRouteRequest } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteRequest'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import { systemClock } from '@protectmyapi/service-kit/clock'
import {
  AppSessionClaims,
  SESSION_LIFE_MS_MAX,
  SESSION_TYP,
  TEST_SESSION_TYP,
  type TestSessionClaims,
} from '@protectmyapi/service-kit/credentials/app-session'
import { GRANT_LIFE_MS_MAX, GRANT_TYP, GrantClaims } from '@protectmyapi/service-kit/credentials/grant'
import { newToken, SESSION_PREFIX } from '@protectmyapi/service-kit/credentials/tokens'
import { callUnary } from '@protectmyapi/service-kit/grpc/grpc-client'
import { compactVerify, createLocalJWKSet, decodeProtectedHeader, importJWK } from 'jose'
import { signingKeyInForce, signingKeys } from '../../keys/signing-key-rows.js'
import { type Catalog, insertCatalog } from '../../test/catalog.js'
import { codeOf } from '../../test/code-of.js'
import { directoryHarness } from '../../test/directory-harness.js'
import { createResolveRoute } from './resolve-route.js'

const harness = await startForAllTests(directoryHarness)
const proxy = await harness.client('proxy')

let catalog: Catalog
beforeEach(async () => {
  catalog = await insertCatalog(harness.db)
  await harness.db('rate_buckets').delete()
})

const resolve = (credential: string, service = 'example') =>
  callUnary<ResolveRouteRequest, ResolveRouteResponse__Output>(
    (request, options, answer) => proxy.current().resolveRoute(request, options, answer),
    { credential, service },
    5_000,
  )
const exchange = (debugToken: string, sourceAddress = '192.0.2.1') =>
  callUnary<ExchangeDebugTokenRequest, ExchangeDebugTokenResponse__Output>(
    (request, options, answer) => proxy.current().exchangeDebugToken(request, options, answer),
    { debugToken, sourceAddress },
    5_000,
  )
const set = (table: string, id: string, columns: object) => harness.db(table).where({ id }).update(columns)

describe('a route', () => {
  it('names exactly the settings and versions in force, and has a label for each thing that it rests on', async () => {
    const route = await resolve(catalog.appToken)
    expect(route).toMatchObject({
      organizationId: catalog.organizationId,
      appId: catalog.appId,
      serviceId: catalog.serviceId,
      target: {
        baseUrl: 'https://api.example.com/v1',
        methods: ['POST'],
        paths: ['/chat/**'],
        timeoutMs: 30_000,
        scrub: true,
        bodyBytesMax: 256 * 1024 * 1024,
        forwardTraceContext: false,
      },
      limits: [{ scope: 'LIMIT_SCOPE_DEVICE', count: 60, periodMs: 60_000, burst: 20, allServices: false }],
      quotas: [],
      secrets: [{ secretId: catalog.secretId, versionId: catalog.versionId, generation: 3, name: 'A_KEY' }],
      platform: 'ios',
      unattested: true,
    })
    expect(route.injection?.fields[0]).toMatchObject({
      header: 'authorization',
      value: { parts: [{ literal: 'Bearer ' }, { secretId: catalog.secretId }] },
    })
    expect(route.labels.map(({ kind, id, generation }) => [kind, id, generation])).toEqual([
      ['FEED_KIND_ORGANIZATION', catalog.organizationId, 1],
      ['FEED_KIND_LEASE_KEYS', catalog.organizationId, 1],
      ['FEED_KIND_APP', catalog.appId, 1],
      ['FEED_KIND_SERVICE', catalog.serviceId, 1],
      ['FEED_KIND_LINK', catalog.linkId, 1],
      ['FEED_KIND_SECRET', catalog.secretId, 3],
      ['FEED_KIND_SIGNING_KEY', decodeProtectedHeader(route.grant).kid, 1],
    ])
    expect(route.lifeMs).toBe(GRANT_LIFE_MS_MAX)
  })

  it('lists the limits for one service and for the whole app, and the quotas of organization and app', async () => {
    const limits = JSON.stringify([{ scope: 'app', count: 5, periodSeconds: 1, burst: 5 }])
    const quotas = JSON.stringify([{ scope: 'device', period: 'day', count: 7 }])
    await set('apps', catalog.appId, { limits, quotas })
    const orgQuotas = JSON.stringify([{ scope: 'organization', period: 'month', count: 9 }])
    await set('organizations', catalog.organizationId, { quotas: orgQuotas })
    expect(await resolve(catalog.appToken)).toMatchObject({
      limits: [
        { scope: 'LIMIT_SCOPE_DEVICE', count: 60, allServices: false },
        { scope: 'LIMIT_SCOPE_APP', count: 5, allServices: true },
      ],
      quotas: [
        { scope: 'LIMIT_SCOPE_ORGANIZATION', period: 'QUOTA_PERIOD_MONTH', count: 9 },
        { scope: 'LIMIT_SCOPE_DEVICE', period: 'QUOTA_PERIOD_DAY', count: 7 },
      ],
    })
  })

  it('LABEL, READTIME: carries a grant for those versions and the proxy that asked, for 5 minutes from the read', async () => {
    const before = Date.now()
    const { grant } = await resolve(catalog.appToken)
    const [key] = await signingKeys(harness.db, 'grant', ['active'])
    if (!key) throw new Error('no grant key')
    const { payload, protectedHeader } = await compactVerify(grant, await importJWK({ ...key.publicJwk }), {
      algorithms: ['EdDSA'],
    })
    expect(protectedHeader).toMatchObject({ typ: GRANT_TYP, kid: key.id })
    const claims = GrantClaims.parse(JSON.parse(Buffer.from(payload).toString()))
    expect(claims).toMatchObject({
      sub: 'spiffe://protectmyapi.local/ns/protectmyapi/sa/proxy',
      org: catalog.organizationId,
      sec: [{ id: catalog.secretId, ver: catalog.versionId, gen: 3 }],
      ori: ['https://api.example.com'],
    })
    expect(claims.iat * 1_000).toBeGreaterThanOrEqual(before - 1)
    expect((claims.exp - claims.iat) * 1_000).toBeCloseTo(GRANT_LIFE_MS_MAX, 0)
  })

  it('READTIME: carries a grant that ends 5 minutes after the read began, even if signing it is slow', async () => {
    let wallMs = Date.now()
    const clock = { ...systemClock, wallMs: () => wallMs }
    let signed: GrantClaims | undefined
    const keys = {
      sign: async (_key: object, _typ: string, claims: object) => {
        wallMs += 60_000
        signed = GrantClaims.parse(claims)
        return 'jws'
      },
    }
    const peer = { spiffeId: 'spiffe://x/proxy', thumbprint: 'x'.repeat(43) }
    const startMs = wallMs
    await createResolveRoute({ db: harness.db, keys, clock })(
      { credential: catalog.appToken, service: 'example' },
      peer,
    )
    expect((signed?.exp ?? 0) * 1_000).toBeCloseTo(startMs + GRANT_LIFE_MS_MAX, 0)
  })

  it('LABEL: is read in one snapshot, so that a rotation committed meanwhile is in it whole or not at all', async () => {
    const seen = new Set<string>()
    let done = false
    const rotate = async () => {
      for (let generation = 4; generation < 40; generation++)
        await set('secrets', catalog.secretId, { generation, version_id: `ver_${generation}` })
      done = true
    }
    const read = async () => {
      while (!done) {
        const { secrets, labels } = await resolve(catalog.appToken)
        const label = labels.find(({ kind }) => kind === 'FEED_KIND_SECRET')
        const [secret] = secrets
        const isOne = secret !== undefined && secret.generation === label?.generation
        // The first three generations were there before.
        const isNamed = isOne && (secret.generation <= 3 || secret.versionId === `ver_${secret.generation}`)
        seen.add(String(isNamed))
      }
    }
    await Promise.all([rotate(), read()])
    expect([...seen]).toEqual(['true'])
  })

  it('lives no longer than a secret that expires', async () => {
    await set('secrets', catalog.secretId, { expires_at: new Date(Date.now() + 60_000) })
    const { lifeMs } = await resolve(catalog.appToken)
    expect(lifeMs).toBeGreaterThan(50_000)
    expect(lifeMs).toBeLessThanOrEqual(60_000)
  })
})

describe('a refusal of a route', () => {
  it.each(['', 'sk-something', 'pma_app_short', `${SESSION_PREFIX}x.y.z`])(
    'is UNAUTHORIZED without a credential and INVALID_TOKEN with a malformed one: %j',
    async (credential) => {
      expect(await codeOf(resolve(credential))).toBe(credential === '' ? 'UNAUTHORIZED' : 'INVALID_TOKEN')
    },
  )

  it('names the first of several causes, in the order app, policy, service, link, secret', async () => {
    const { db } = harness
    const serviceNow = () => codeOf(resolve(catalog.appToken))
    await set('secrets', catalog.secretId, { expires_at: new Date(0) })
    expect(await serviceNow()).toBe('SECRET_EXPIRED')
    await set('secrets', catalog.secretId, { state: 'deleted' })
    expect(await serviceNow()).toBe('SECRET_NOT_FOUND')
    await db('links').where({ id: catalog.linkId }).delete()
    expect(await serviceNow()).toBe('ENDPOINT_NOT_LINKED')
    await set('services', catalog.serviceId, { enabled: false })
    expect(await serviceNow()).toBe('ENDPOINT_DISABLED')
    await set('services', catalog.serviceId, { deleted_at: new Date() })
    expect(await serviceNow()).toBe('ENDPOINT_NOT_FOUND')
    await set('apps', catalog.appId, { policy: 'enforce' })
    expect(await serviceNow()).toBe('ATTESTATION_REQUIRED')
    await set('apps', catalog.appId, { enabled: false })
    expect(await serviceNow()).toBe('APP_DISABLED')
    await set('apps', catalog.appId, { deleted_at: new Date() })
    expect(await serviceNow()).toBe('APP_NOT_FOUND')
    expect(await codeOf(resolve(newToken('app')))).toBe('APP_NOT_FOUND')
  })

  it.each(['pending', 'abandoned', 'deleted'])(
    'is SECRET_NOT_FOUND for a secret that is %s, with words that say what to check',
    async (state) => {
      await set('secrets', catalog.secretId, { state })
      await expect(resolve(catalog.appToken)).rejects.toMatchObject({
        code: 'SECRET_NOT_FOUND',
        details: {
          say: expect.stringMatching(/spelling \(case-sensitive\).*this organization.*linked to the API service/),
        },
      })
    },
  )

  it('is DESTINATION_NOT_ALLOWED if the secret’s bindings no longer include the origin of the service', async () => {
    const bindings = {
      origins: ['https://other.example.com'],
      placements: [{ kind: 'header', name: 'authorization' }],
      services: [],
    }
    await set('secrets', catalog.secretId, { bindings: JSON.stringify(bindings) })
    expect(await codeOf(resolve(catalog.appToken))).toBe('DESTINATION_NOT_ALLOWED')
  })

  it('is ENDPOINT_NOT_FOUND for the slug of another organization’s service, and for the id of any service', async () => {
    const other = await insertCatalog(harness.db)
    await harness.db('services').where({ id: other.serviceId }).update({ slug: 'theirs' })
    expect(await codeOf(resolve(catalog.appToken, 'theirs'))).toBe('ENDPOINT_NOT_FOUND')
    for (const id of [other.serviceId, catalog.serviceId])
      expect(await codeOf(resolve(catalog.appToken, id))).toBe('ENDPOINT_NOT_FOUND')
  })

  it('is APP_NOT_FOUND when the organization was deleted', async () => {
    await set('organizations', catalog.organizationId, { state: 'deleted' })
    expect(await codeOf(resolve(catalog.appToken))).toBe('APP_NOT_FOUND')
  })
})

describe('a debug token', () => {
  it('buys a session for 10 minutes at most, which the published keys verify and the policy enforce accepts', async () => {
    await set('apps', catalog.appId, { policy: 'enforce' })
    const { token, expiresAtMs, deviceId } = await exchange(catalog.debugToken)
    expect(expiresAtMs - Date.now()).toBeLessThanOrEqual(SESSION_LIFE_MS_MAX)
    const keys = await callUnary<object, ListSessionKeysResponse__Output>(
      (request, options, answer) => proxy.current().listSessionKeys(request, options, answer),
      {},
      5_000,
    )
    const jwks = createLocalJWKSet(JSON.parse(keys.jwks))
    const { payload, protectedHeader } = await compactVerify(token.slice(SESSION_PREFIX.length), jwks, {
      algorithms: ['EdDSA'],
    })
    expect(protectedHeader.typ).toBe(SESSION_TYP)
    const claims = AppSessionClaims.parse(JSON.parse(Buffer.from(payload).toString()))
    expect(claims).toMatchObject({
      iss: harness.installation,
      org: catalog.organizationId,
      app: catalog.appId,
      dvc: deviceId,
      dgn: 1,
      att: 'debug',
    })
    expect(keys).toMatchObject({
      issuer: harness.installation,
      labels: [{ kind: 'FEED_KIND_SIGNING_KEY', generation: 1 }],
    })
    expect(await resolve(token)).toMatchObject({ appId: catalog.appId, unattested: false })
  })

  it('stands for one device, however often it is exchanged, and each exchange is audited', async () => {
    const [one, other] = await Promise.all([exchange(catalog.debugToken), exchange(catalog.debugToken)])
    expect(one.deviceId).toBe(other.deviceId)
    const rows = await harness
      .db('audit')
      .where({ organization_id: catalog.organizationId, event: 'session.exchanged' })
    expect(rows).toHaveLength(2)
  })

  it.each([
    ['UNAUTHORIZED', async () => ''],
    ['INVALID_TOKEN', async () => 'pma_dbg_nonsense'],
    ['INVALID_TOKEN', async () => newToken('debug')],
    ['INVALID_TOKEN', () => changed('debug_tokens', () => catalog.debugTokenId, { revoked_at: new Date() })],
    ['TOKEN_EXPIRED', () => changed('debug_tokens', () => catalog.debugTokenId, { expires_at: new Date(0) })],
    ['APP_DISABLED', () => changed('apps', () => catalog.appId, { enabled: false })],
    ['APP_NOT_FOUND', () => changed('apps', () => catalog.appId, { deleted_at: new Date() })],
    ['APP_NOT_FOUND', () => changed('organizations', () => catalog.organizationId, { state: 'deleted' })],
  ] as [string, () => Promise<string>][])(
    'is refused with %s for what is wrong with the token, its app or its organization',
    async (code, tokenAfterChange) => {
      expect(await codeOf(exchange(await tokenAfterChange()))).toBe(code)
    },
  )

  it('buys no session that outlives the token, the device or the revocation of the session', async () => {
    const expiresAt = new Date(Date.now() + 60_000)
    await set('debug_tokens', catalog.debugTokenId, { expires_at: expiresAt })
    const { token, expiresAtMs, deviceId } = await exchange(catalog.debugToken)
    expect(expiresAtMs).toBe(expiresAt.getTime())
    await set('devices', deviceId, { revoked_at: new Date(), generation: 2 })
    expect(await codeOf(resolve(token))).toBe('INVALID_TOKEN')
    const second = await exchange(catalog.debugToken)
    expect(second.deviceId).not.toBe(deviceId)
    await harness.db('app_sessions').where({ device_id: second.deviceId }).update({ revoked_at: new Date() })
    expect(await codeOf(resolve(second.token))).toBe('INVALID_TOKEN')
  })

  it('is limited per source address, of IPv6 per /64, whether the tokens sent are guesses or valid', async () => {
    expect(await codeOf(exchange('pma_dbg_guess', '2001:db8:0:9::1'))).toBe('INVALID_TOKEN')
    // As after 60 calls at once.
    await harness.db('rate_buckets').update({ arrival_at: harness.db.raw(`clock_timestamp() + interval '35 seconds'`) })
    expect(await codeOf(exchange('pma_dbg_guess', '2001:db8:0:9::2'))).toBe('RATE_LIMITED')
    expect(await codeOf(exchange(catalog.debugToken, '2001:db8:0:9::beef'))).toBe('RATE_LIMITED')
    expect(await codeOf(exchange(catalog.debugToken, '2001:db8:0:a::1'))).toBe('answered')
  })

  it('buys what no grant can replace: a grant sent as a session is refused with INVALID_TOKEN', async () => {
    const { grant } = await resolve(catalog.appToken)
    expect(await codeOf(resolve(SESSION_PREFIX + grant))).toBe('INVALID_TOKEN')
  })
})

describe('a test call’s session', () => {
  const person = 'usr_tester'

  async function testSession(claims: Partial<TestSessionClaims> = {}, typ = TEST_SESSION_TYP): Promise<string> {
    const iat = Date.now() / 1_000
    const whole = {
      iss: harness.installation,
      jti: 'ses_test',
      org: catalog.organizationId,
      svc: catalog.serviceId,
      usr: person,
      iat,
      exp: iat + 30,
      ...claims,
    }
    return SESSION_PREFIX + (await harness.keys.sign(await signingKeyInForce(harness.db, 'session'), typ, whole))
  }

  beforeEach(async () => {
    await harness
      .db('users')
      .insert({ id: person, email: 't@example.com', name: 'T', password_hash: 'x' })
      .onConflict('id')
      .ignore()
    await harness.db('members').insert({ organization_id: catalog.organizationId, user_id: person, role: 'admin' })
  })

  it('gets the route and the grant of its one service in the name of the person, without app and link', async () => {
    await harness.db('links').delete()
    const route = await resolve(await testSession())
    expect(route).toMatchObject({ appId: person, serviceId: catalog.serviceId, platform: 'test', unattested: false })
    expect(route.labels.map(({ kind }) => kind)).toEqual([
      'FEED_KIND_ORGANIZATION',
      'FEED_KIND_LEASE_KEYS',
      'FEED_KIND_SERVICE',
      'FEED_KIND_SECRET',
      'FEED_KIND_SIGNING_KEY',
    ])
    const { payload } = await compactVerify(route.grant, await grantKey())
    expect(GrantClaims.parse(JSON.parse(Buffer.from(payload).toString()))).toMatchObject({
      app: person,
      svc: catalog.serviceId,
    })
  })

  it.each<[string, string, () => Promise<string>]>([
    ['of another service', 'INVALID_TOKEN', () => testSession({ svc: 'svc_other' })],
    [
      'of another organization',
      'ENDPOINT_NOT_FOUND',
      async () => {
        const other = await insertCatalog(harness.db)
        await harness.db('services').where({ organization_id: other.organizationId }).update({ slug: 'theirs' })
        await harness.db('members').insert({ organization_id: other.organizationId, user_id: person, role: 'admin' })
        return testSession({ org: other.organizationId })
      },
    ],
    [
      'of a member',
      'INVALID_TOKEN',
      async () => {
        await harness.db('members').where({ user_id: person }).update({ role: 'member' })
        return testSession()
      },
    ],
    ['of nobody of the organization', 'INVALID_TOKEN', () => testSession({ usr: 'usr_nobody' })],
    ['that has ended', 'TOKEN_EXPIRED', () => testSession({ exp: Date.now() / 1_000 - 1 })],
    ['that calls itself an app’s', 'INVALID_TOKEN', () => testSession({}, SESSION_TYP)],
    [
      'for a service that is disabled',
      'ENDPOINT_DISABLED',
      async () => {
        await set('services', catalog.serviceId, { enabled: false })
        return testSession()
      },
    ],
  ])('%s is refused', async (_what, code, token) => {
    expect(await codeOf(resolve(await token()))).toBe(code)
  })

  async function grantKey() {
    const { publicJwk } = await signingKeyInForce(harness.db, 'grant')
    return importJWK({ ...publicJwk }, 'EdDSA')
  }
})

async function changed(table: string, id: () => string, columns: object): Promise<string> {
  await set(table, id(), columns)
  return catalog.debugToken
}
