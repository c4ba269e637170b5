import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import type { ResolveSecretsRequest } from '@protectmyapi/protos/generated/directory/v1/ResolveSecretsRequest'
import type { ResolveSecretsResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveSecretsResponse'
import { SERVICE_GRANT_TYP, ServiceGrantClaims } from '@protectmyapi/service-kit/credentials/grant'
import { callUnary } from '@protectmyapi/service-kit/grpc/grpc-client'
import { newId } from '@protectmyapi/service-kit/ids'
import { compactVerify, decodeJwt, importJWK } from 'jose'
import { moveInboxBatch } from '../../access-log/inbox/move-inbox-batch.js'
import { tendPartitions } from '../../access-log/store/tend-partitions.js'
import { systemActor } from '../../audit/audit-entry.js'
import { registerInternalService } from '../../internal-services/register-internal-service.js'
import { revokeInternalService } from '../../internal-services/revoke-internal-service.js'
import { pageOfUses } from '../../internal-services/service-uses.js'
import { signingKeys } from '../../keys/signing-key-rows.js'
import { type Catalog, insertCatalog } from '../../test/catalog.js'
import { codeOf } from '../../test/code-of.js'
import { directoryHarness } from '../../test/directory-harness.js'

const WORKER = 'spiffe://protectmyapi.local/ns/protectmyapi/sa/worker'
const OPERATOR = systemActor('operator')

const harness = await startForAllTests(directoryHarness)
await tendPartitions(harness.db, 90)
const worker = await harness.client('worker')
const stranger = await harness.client('stranger')
const proxy = await harness.client('proxy')

let catalog: Catalog
beforeEach(async () => {
  await harness.db('internal_services').delete()
  catalog = await insertCatalog(harness.db)
  await bind(catalog.secretId, [WORKER])
  await register(catalog.organizationId)
})

const register = (organization: string, name = 'worker', spiffeId = WORKER) =>
  registerInternalService({ db: harness.db, trustDomain: 'protectmyapi.local', namespace: 'protectmyapi' }, OPERATOR, {
    organization,
    name,
    spiffeId,
  })
const set = (id: string, columns: object) => harness.db('secrets').where({ id }).update(columns)
const bind = (id: string, services: readonly string[]) =>
  set(id, { bindings: JSON.stringify({ origins: [], placements: [], services }) })
const resolve = (names: string[], client = worker) =>
  callUnary<ResolveSecretsRequest, ResolveSecretsResponse__Output>(
    (request, options, answer) => client.current().resolveSecrets(request, options, answer),
    { names },
    5_000,
  )
const outcomesOf = async (names: string[]) =>
  (await resolve(names)).results.map(({ name, fault, granted }) => [name, fault ?? granted?.versionId])

describe('what an internal service is granted', () => {
  it('is exactly the bound version in force, for 60 seconds from the read, for the certificate that asks', async () => {
    const before = Date.now()
    const answer = await resolve(['A_KEY'])
    const granted = { secretId: catalog.secretId, versionId: catalog.versionId, generation: 3, name: 'A_KEY' }
    expect(answer).toMatchObject({
      organizationId: catalog.organizationId,
      results: [{ name: 'A_KEY', granted }],
      lifeMs: 60_000,
    })
    const [key] = await signingKeys(harness.db, 'grant', ['active'])
    if (!key) throw new Error('no grant key')
    const { payload, protectedHeader } = await compactVerify(answer.grant, await importJWK({ ...key.publicJwk }))
    expect(protectedHeader).toMatchObject({ typ: SERVICE_GRANT_TYP, kid: key.id })
    const claims = ServiceGrantClaims.parse(JSON.parse(Buffer.from(payload).toString()))
    expect(claims).toMatchObject({
      sub: WORKER,
      org: catalog.organizationId,
      isv: expect.stringMatching(/^isv_/),
      sec: [{ id: catalog.secretId, ver: catalog.versionId, gen: 3 }],
    })
    expect(claims.cnf['x5t#S256']).toHaveLength(43)
    expect(claims.iat * 1_000).toBeGreaterThanOrEqual(before)
    expect(claims.exp - claims.iat).toBeCloseTo(60)
  })

  it('excludes absent and elsewhere bound secrets, both as SECRET_NOT_FOUND, and pending and deleted ones', async () => {
    const other = await insertCatalog(harness.db)
    await set(other.secretId, { organization_id: catalog.organizationId, name: 'OTHERS' })
    await bind(other.secretId, ['spiffe://protectmyapi.local/ns/protectmyapi/sa/stranger'])
    expect(await outcomesOf(['NOWHERE', 'OTHERS', 'a_key', 'A_KEY'])).toEqual([
      ['NOWHERE', 'SECRET_NOT_FOUND'],
      ['OTHERS', 'SECRET_NOT_FOUND'],
      ['a_key', 'SECRET_NOT_FOUND'],
      ['A_KEY', catalog.versionId],
    ])
    for (const state of ['pending', 'abandoned', 'deleted']) {
      await set(catalog.secretId, { state })
      expect((await resolve(['A_KEY'])).grant).toBe('')
    }
  })

  it('excludes a secret of another organization, even if that secret is bound to the service', async () => {
    const other = await insertCatalog(harness.db)
    await bind(other.secretId, [WORKER])
    const { organizationId, results } = await resolve(['A_KEY'])
    expect([organizationId, results[0]?.granted?.secretId]).toEqual([catalog.organizationId, catalog.secretId])
  })

  it('ends with the secret: the grant does not outlive it, and an expired secret is answered with SECRET_EXPIRED', async () => {
    await set(catalog.secretId, { expires_at: new Date(Date.now() + 20_000) })
    const { grant, lifeMs } = await resolve(['A_KEY'])
    const { exp = 0 } = decodeJwt(grant)
    expect(lifeMs).toBeGreaterThan(10_000)
    expect(lifeMs).toBeLessThanOrEqual(20_000)
    expect(exp * 1_000).toBeLessThanOrEqual(Date.now() + 20_000)
    await set(catalog.secretId, { expires_at: new Date(Date.now() - 1) })
    expect(await outcomesOf(['A_KEY'])).toEqual([['A_KEY', 'SECRET_EXPIRED']])
    expect((await resolve(['A_KEY'])).grant).toBe('')
  })

  it('ends when the binding is removed, the registration is revoked or the organization is deleted', async () => {
    await bind(catalog.secretId, [])
    expect(await outcomesOf(['A_KEY'])).toEqual([['A_KEY', 'SECRET_NOT_FOUND']])
    await revokeInternalService(
      { db: harness.db, clock: { wallMs: Date.now, monotonicMs: Date.now } },
      OPERATOR,
      WORKER,
    )
    expect(await codeOf(resolve(['A_KEY']))).toBe('FORBIDDEN')
    await register(catalog.organizationId)
    await harness.db('organizations').where({ id: catalog.organizationId }).update({ state: 'deleted' })
    expect(await codeOf(resolve(['A_KEY']))).toBe('FORBIDDEN')
  })

  it('is refused with FORBIDDEN to an unregistered identity, and to one of the installation even if registered', async () => {
    expect(await codeOf(resolve(['A_KEY'], stranger))).toBe('FORBIDDEN')
    await harness.db('internal_services').insert({
      id: newId('internalService'),
      spiffe_id: 'spiffe://protectmyapi.local/ns/protectmyapi/sa/proxy',
      organization_id: catalog.organizationId,
      name: 'proxy',
    })
    expect(await codeOf(resolve(['A_KEY'], proxy))).toBe('FORBIDDEN')
  })

  it('excludes what cannot be a name, and puts it into no SQL statement, because it may be a value', async () => {
    const value = 'sk-typed-where-a-name-belongs'
    const stated: string[] = []
    const note = (query: object): void => void stated.push(JSON.stringify(query))
    harness.db.on('query', note)
    const outcomes = await outcomesOf([value, 'A_KEY'])
    harness.db.off('query', note)
    expect(outcomes).toEqual([
      [value, 'SECRET_NOT_FOUND'],
      ['A_KEY', catalog.versionId],
    ])
    expect(stated.filter((query) => query.includes('A_KEY'))).not.toEqual([])
    expect(stated.filter((query) => query.includes(value))).toEqual([])
  })

  it.each([
    ['no names', []],
    ['a name twice', ['A_KEY', 'A_KEY']],
    ['33 names', Array.from({ length: 33 }, (_, index) => `KEY_${index}`)],
  ])('is refused with INVALID_REQUEST for %s', async (_what, names) => {
    expect(await codeOf(resolve(names))).toBe('INVALID_REQUEST')
  })
})

describe('a registration', () => {
  const auditOf = async (organization: string) =>
    (await harness.db('audit').where({ organization_id: organization }).orderBy('id')).map(
      ({ event, actor_id, details }) => [event, actor_id, details.spiffeId],
    )

  it('is on the audit trail, as is its end, and a repeated registration changes nothing', async () => {
    const again = await register(catalog.organizationId)
    const revoked = await revokeInternalService(
      { db: harness.db, clock: { wallMs: () => 1_000, monotonicMs: () => 0 } },
      OPERATOR,
      WORKER,
    )
    expect(revoked).toEqual({ organizationId: again.organizationId, name: 'worker', mayHoldUntil: new Date(66_000) })
    expect(await auditOf(catalog.organizationId)).toEqual([
      ['internal-service.registered', 'operator', WORKER],
      ['internal-service.revoked', 'operator', WORKER],
    ])
    const clock = { wallMs: Date.now, monotonicMs: Date.now }
    expect(await codeOf(revokeInternalService({ db: harness.db, clock }, OPERATOR, WORKER))).toBe('NOT_FOUND')
  })

  it('is for one organization under one name, and any other is refused with CONFLICT', async () => {
    const other = await insertCatalog(harness.db)
    expect(await codeOf(register(other.organizationId))).toBe('CONFLICT')
    expect(await codeOf(register(catalog.organizationId, 'another'))).toBe('CONFLICT')
    expect(await codeOf(register(catalog.organizationId, 'worker', `${WORKER}-2`))).toBe('CONFLICT')
    expect(await codeOf(register('org_none', 'worker', `${WORKER}-2`))).toBe('NOT_FOUND')
  })

  it.each([
    ['the vault', 'spiffe://protectmyapi.local/ns/protectmyapi/sa/vault'],
    ['the proxy', 'spiffe://protectmyapi.local/ns/protectmyapi/sa/proxy'],
    ['management', 'spiffe://protectmyapi.local/ns/protectmyapi/sa/management'],
    ['another trust domain', 'spiffe://evil.local/ns/apps/sa/worker'],
    ['no SPIFFE id', 'worker'],
  ])('is refused with INVALID_REQUEST for the identity of %s', async (_what, spiffeId) => {
    expect(await codeOf(register(catalog.organizationId, 'another', spiffeId))).toBe('INVALID_REQUEST')
  })
})

describe('what an internal service was granted', () => {
  const entries = async () => {
    await moveInboxBatch(harness.db)
    return harness.db('access_log').where({ organization_id: catalog.organizationId })
  }

  it('is in the access log with the service, the secrets and the time, and without the names that were refused', async () => {
    const before = Date.now()
    await resolve(['NOWHERE'])
    expect(await entries()).toEqual([])
    await resolve(['A_KEY', 'NOWHERE'])
    const [one, ...others] = await entries()
    expect(others).toEqual([])
    expect(one).toMatchObject({
      kind: 'granted',
      entry: {
        internalService: { name: 'worker', spiffeId: WORKER, id: expect.stringMatching(/^isv_/) },
        secrets: [{ id: catalog.secretId, version: catalog.versionId, generation: 3, name: 'A_KEY' }],
      },
    })
    expect(one.at.getTime()).toBeGreaterThanOrEqual(before)
  })

  it('updates the last use of the secret by that identity, once a minute at most', async () => {
    const uses = () => pageOfUses(harness.db, catalog.secretId, { after: undefined, limit: 10 })
    expect(await uses()).toEqual([])
    await resolve(['A_KEY'])
    const [first] = await uses()
    expect(first).toMatchObject({ spiffeId: WORKER, name: 'worker' })
    await resolve(['A_KEY'])
    expect(await uses()).toEqual([first])
    const aMinuteAgo = new Date(Date.now() - 61_000)
    await harness.db('service_uses').where({ secret_id: catalog.secretId }).update({ last_granted_at: aMinuteAgo })
    await resolve(['A_KEY'])
    expect((await uses())[0]?.lastGrantedAt.getTime()).toBeGreaterThan(aMinuteAgo.getTime() + 60_000)
  })

  it('is not handed out if it cannot be put on record: the call fails with INTERNAL', async () => {
    await harness.db.raw('ALTER TABLE access_inbox RENAME TO away')
    try {
      expect(await codeOf(resolve(['A_KEY']))).toBe('INTERNAL')
    } finally {
      await harness.db.raw('ALTER TABLE away RENAME TO access_inbox')
    }
  })
})

describe('an identity that asks too often', () => {
  it('is refused with RATE_LIMITED, even for a malformed request, while another identity is not', async () => {
    await harness.db('rate_buckets').delete()
    await resolve(['A_KEY'])
    // As after 300 calls at once.
    await harness.db('rate_buckets').update({ arrival_at: harness.db.raw(`clock_timestamp() + interval '32 seconds'`) })
    expect(await codeOf(resolve(['A_KEY']))).toBe('RATE_LIMITED')
    expect(await codeOf(resolve([]))).toBe('RATE_LIMITED')
    expect(await codeOf(resolve(['A_KEY'], stranger))).toBe('FORBIDDEN')
    await harness.db('rate_buckets').delete()
    expect(await codeOf(resolve(['A_KEY']))).toBe('answered')
  })
})
