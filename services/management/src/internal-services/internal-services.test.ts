import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { moveInboxBatch } from '../access-log/inbox/move-inbox-batch.js'
import { tendPartitions } from '../access-log/store/tend-partitions.js'
import { systemActor } from '../audit/audit-entry.js'
import { createRecordGrant } from '../directory/resolve/record-grant.js'
import { restHarness } from '../test/rest-harness.js'
import { pageOfInternalServices } from './internal-service-rows.js'
import { registerInternalService } from './register-internal-service.js'
import { revokeInternalService } from './revoke-internal-service.js'

const OPERATOR = systemActor('operator')
const WORKER = 'spiffe://protectmyapi.local/ns/apps/sa/worker'
const FOREIGN = 'spiffe://protectmyapi.local/ns/apps/sa/foreign'
const PLACES = { origins: ['https://api.example.com'], placements: [{ kind: 'header', name: 'authorization' }] }

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')
const org = await house.organization(owner, 'mine')
const stranger = await house.person('stranger')

const register = (organization: string, spiffeId: string) =>
  registerInternalService({ db: house.db, trustDomain: 'protectmyapi.local', namespace: 'protectmyapi' }, OPERATOR, {
    organization,
    name: spiffeId.split('/').at(-1) ?? '',
    spiffeId,
  })
await register(org, WORKER)
await register(await house.organization(stranger, 'others'), FOREIGN)

const create = (name: string, bindings: object) =>
  owner.ask('POST', `/orgs/${org}/secrets`, { name, value: 'sk-first-0123456789', bindings })
const inAMinute = (text: string): boolean => {
  const leftMs = Date.parse(text) - Date.now()
  return leftMs > 30_000 && leftMs <= 65_000
}

describe('an internal service', () => {
  it('is listed with its identity by the organization that it is registered for', async () => {
    const { body } = await owner.ask('GET', `/orgs/${org}/internal-services`).expect(200)
    expect(body.items).toEqual([
      {
        id: expect.stringMatching(/^isv_/),
        name: 'worker',
        spiffeId: WORKER,
        registeredAt: expect.any(String),
      },
    ])
  })

  it('can be bound when a value is entered, alone or beside other places, and is shown in the bindings', async () => {
    const alone = { origins: [], placements: [], services: [WORKER] }
    expect((await create('ALONE', alone).expect(201)).body.bindings).toEqual(alone)
    expect((await create('BESIDE', { ...PLACES, services: [WORKER] }).expect(201)).body.bindings).toEqual({
      ...PLACES,
      services: [WORKER],
    })
  })

  it.each([
    ['is not registered', 'spiffe://protectmyapi.local/ns/apps/sa/nobody'],
    ['belongs to another organization', FOREIGN],
    ['is the proxy', 'spiffe://protectmyapi.local/ns/protectmyapi/sa/proxy'],
  ])('is refused as a binding with 400 if the identity %s', async (_what, id) => {
    const { body } = await create('NEVER', { ...PLACES, services: [id] }).expect(400)
    expect(body).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ pointer: '/bindings/services' }] })
  })

  it('may hold a value for a minute after it was replaced or deleted, and the answer says until when', async () => {
    const { body: made } = await create('TAKEN', PLACES).expect(201)
    const replace = async (bindings?: object) =>
      (
        await owner
          .ask('PUT', `/orgs/${org}/secrets/${made.id}/value`, { name: 'TAKEN', value: 'sk-next-0123456789', bindings })
          .expect(200)
      ).body.internalServicesUntil
    // The replaced value was bound to no internal service.
    expect(await replace({ ...PLACES, services: [WORKER] })).toBeNull()
    expect(inAMinute(await replace(PLACES))).toBe(true)
    const name = `/orgs/${org}/secrets/by-name/TAKEN`
    const put = await owner.ask('PUT', name, { value: 'sk-more-0123456789', bindings: PLACES }).expect(200)
    // A service that leased the version before the last may still hold it.
    expect(inAMinute(put.body.internalServicesUntil)).toBe(true)
    const gone = await owner.ask('DELETE', name).expect(200)
    expect(inAMinute(gone.body.internalServicesUntil)).toBe(true)
  })

  it('is bound by the id of a secret only if the request also gives the present name of that secret', async () => {
    const { body: mine } = await create('MINE', PLACES).expect(201)
    const { body: other } = await create('OTHER', PLACES).expect(201)
    // What an administrator could do to a pipeline that puts by id.
    for (const [id, name] of [
      [mine.id, 'BETWEEN'],
      [other.id, 'MINE'],
      [mine.id, 'OTHER'],
    ]) {
      await owner.ask('PATCH', `/orgs/${org}/secrets/${id}`, { name }).expect(200)
    }
    const put = { value: 'sk-piped-0123456789', bindings: { ...PLACES, services: [WORKER] } }
    const path = `/orgs/${org}/secrets/${mine.id}/value`
    const unnamed = await owner.ask('PUT', path, put).expect(400)
    expect(unnamed.body).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ pointer: '/name' }] })
    const misnamed = await owner.ask('PUT', path, { ...put, name: 'MINE' }).expect(409)
    expect(misnamed.body.detail).toBe(
      'This secret is called OTHER, not MINE. If the value is for it all the same, say its present name.',
    )
    const { body } = await owner.ask('GET', `/orgs/${org}/secrets/${mine.id}`).expect(200)
    expect([body.generation, body.bindings.services]).toEqual([1, []])
    const named = await owner.ask('PUT', path, { ...put, name: 'OTHER' }).expect(200)
    expect(named.body.secret.bindings.services).toEqual([WORKER])
    // The same where the service is bound already: it may be so by whoever exchanged the names.
    await owner.ask('PUT', path, put).expect(400)
    await owner.ask('PUT', path, { value: 'sk-kept-0123456789' }).expect(200)
  })

  it('gets no value under another secret’s name by bindings that are kept, after SQL exchanged the names', async () => {
    const bindings = { ...PLACES, services: [WORKER] }
    const { body: pay } = await create('PAY', bindings).expect(201)
    const { body: hook } = await create('HOOK', bindings).expect(201)
    const rename = (id: string, name: string) => house.db('secrets').where({ id }).update({ name })
    await rename(pay.id, 'BETWEEN')
    await rename(hook.id, 'PAY')
    await rename(pay.id, 'HOOK')
    const path = `/orgs/${org}/secrets/by-name/PAY`
    const kept = await owner.ask('PUT', path, { value: 'sk-kept-0123456789' }).expect(409)
    expect(kept.body.detail).toContain('The vault cannot confirm that these bindings are the ones it sealed')
    // Entered with its bindings, a value is sealed under the name that it was entered under.
    await owner.ask('PUT', path, { value: 'sk-paid-0123456789', bindings }).expect(200)
    await owner.ask('PUT', path, { value: 'sk-kept-0123456789' }).expect(200)
  })

  it('is not waited for when no value was bound to one', async () => {
    const { body: made } = await create('PLAIN', PLACES).expect(201)
    const { body } = await owner.ask('DELETE', `/orgs/${org}/secrets/${made.id}`).expect(200)
    expect(body.internalServicesUntil).toBeNull()
  })

  it('stays in existing bindings after its registration was revoked, but is refused in new ones', async () => {
    const id = 'spiffe://protectmyapi.local/ns/apps/sa/leaver'
    await register(org, id)
    const { body: made } = await create('LEFT', { ...PLACES, services: [id] }).expect(201)
    await revokeInternalService({ db: house.db, clock: { wallMs: Date.now, monotonicMs: Date.now } }, OPERATOR, id)
    const value = 'sk-next-0123456789'
    await owner.ask('PUT', `/orgs/${org}/secrets/${made.id}/value`, { value }).expect(200)
    await create('LEFT_TOO', { ...PLACES, services: [id] }).expect(400)
  })

  it('can be registered for another organization once its own was deleted', async () => {
    const id = 'spiffe://protectmyapi.local/ns/apps/sa/mover'
    const former = await house.organization(owner, 'former')
    await register(former, id)
    await owner.ask('DELETE', `/orgs/${former}`).expect(204)
    expect((await register(org, id)).organizationId).toBe(org)
  })
})

describe('the record of grants to an internal service', () => {
  it('is shown to its own organization in pages and as NDJSON, and to no other organization', async () => {
    await tendPartitions(house.db, 90)
    const alone = { origins: [], placements: [], services: [WORKER] }
    const secret = (await create('GRANTED', alone).expect(201)).body
    const [row] = await pageOfInternalServices(house.db, org, { after: undefined, limit: 1 })
    if (!row) throw new Error('not registered')
    const record = createRecordGrant(house.db)
    const granted = { secretId: secret.id, versionId: 'ver_1', generation: 1, name: 'GRANTED' }
    const atMs = Date.now()
    for (const later of [0, 1, 2])
      await record({ service: { ...row, organizationId: org }, secrets: [granted], atMs: atMs + later })
    await moveInboxBatch(house.db)
    const line = (later: number) => ({
      requestId: expect.stringMatching(/^req_/),
      at: new Date(atMs + later).toISOString(),
      internalService: { id: row.id, name: 'worker', spiffeId: WORKER },
      secrets: [{ id: secret.id, name: 'GRANTED' }],
    })
    const path = `/orgs/${org}/access-log/internal-services`
    const first = (await owner.ask('GET', `${path}?limit=2`).expect(200)).body
    expect(first.items).toEqual([line(2), line(1)])
    const next = (await owner.ask('GET', `${path}?limit=2&cursor=${first.next}`).expect(200)).body
    expect(next).toEqual({ items: [line(0)], next: null })
    const exported = await owner.ask('GET', `${path}/export`).expect(200)
    expect(
      exported.text
        .trimEnd()
        .split('\n')
        .map((text: string) => JSON.parse(text)),
    ).toEqual([2, 1, 0].map(line))
    const uses = (await owner.ask('GET', `/orgs/${org}/secrets/${secret.id}/internal-services`).expect(200)).body
    expect(uses).toEqual({
      items: [{ spiffeId: WORKER, name: 'worker', lastGrantedAt: new Date(atMs).toISOString() }],
      next: null,
    })
    // A grant to an internal service is not in the log of apps' requests.
    expect((await owner.ask('GET', `/orgs/${org}/access-log`).expect(200)).body.items).toEqual([])
    const elsewhere = await house.organization(owner, 'elsewhere')
    expect((await owner.ask('GET', `/orgs/${elsewhere}/access-log/internal-services`).expect(200)).body.items).toEqual(
      [],
    )
    await owner.ask('GET', `/orgs/${elsewhere}/secrets/${secret.id}/internal-services`).expect(404)
  })
})
