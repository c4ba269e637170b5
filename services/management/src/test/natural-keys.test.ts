import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import { restHarness } from './rest-harness.js'

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')

let org: string
let count = 0
beforeEach(async () => {
  org = await house.organization(owner, `Keys ${++count}`)
})

const put = (path: string, body: object) => owner.ask('PUT', `/orgs/${org}${path}`, body)
const putSecret = (fields: object = {}, name = 'OPENAI_API_KEY') =>
  put(`/secrets/by-name/${name}`, { value: 'sk-natural-0123456789', ...fields })
const putService = (fields: object = {}) =>
  put('/services/example', { name: 'Example', baseUrl: 'https://api.example.com', ...fields })
const putApp = (fields: object = {}) => put('/apps/phone', { name: 'Phone', platform: 'ios', ...fields })

const valueInForce = async (id: string): Promise<string | undefined> => {
  const row = await house.db('secrets').where('id', id).first('version_id')
  return house.vault.valueOf(row.version_id)
}

const KINDS = [
  ['secret', putSecret, '/secrets/by-name/OPENAI_API_KEY', { expiresAt: null }],
  ['service', putService, '/services/example', { name: 'Another' }],
  ['app', putApp, '/apps/phone', { name: 'Another' }],
] as const

describe.each(KINDS)('the %s that is put under its natural key', (_kind, putIt, path, other) => {
  it('is created with 201, and changed with 200 when the same call is repeated with another field', async () => {
    const first = await putIt().expect(201)
    const second = await putIt(other).expect(200)
    expect(second.body.id).toBe(first.body.id)
    // No ETag, because what is stored is not the body as it was sent (RFC 9110 § 9.3.4).
    expect(second.headers.etag).toBeUndefined()
    const { body } = await owner.ask('GET', `/orgs/${org}${path}`).expect(200)
    expect(second.body).toMatchObject(body)
  })

  it('is created with If-None-Match: *, and with it a second put is refused with 412', async () => {
    const first = await putIt().set('if-none-match', '*').expect(201)
    const second = await putIt(other).set('if-none-match', '*').expect(412)
    expect(second.body).toMatchObject({ code: 'PRECONDITION_FAILED', detail: expect.stringMatching(/exists already/) })
    const { body } = await owner.ask('GET', `/orgs/${org}${path}`).expect(200)
    expect(first.body).toMatchObject(body)
  })

  it('is refused with If-Match: * while it does not exist, and changed with it once it does', async () => {
    await putIt().set('if-match', '*').expect(412)
    await owner.ask('GET', `/orgs/${org}${path}`).expect(404)
    await putIt().expect(201)
    await putIt().set('if-match', '*').expect(200)
  })

  it('RETRYWAITS: is not changed by a put with the external version in force, and that answer waits too', async () => {
    const first = await putIt({ externalVersion: 'v1' }).expect(201)
    expect(first.body.externalVersion).toBe('v1')
    const before = await owner.ask('GET', `/orgs/${org}${path}`).expect(200)
    const { waited, answer } = await house.heldUp(putIt({ ...other, externalVersion: 'v1' }))
    expect(answer.status).toBe(200)
    expect(waited).toBe(true)
    const after = await owner.ask('GET', `/orgs/${org}${path}`).expect(200)
    expect(after.body).toEqual(before.body)
  })

  it('RETRYWAITS: has the answer to a second put wait as well', async () => {
    await putIt().expect(201)
    const { waited, answer } = await house.heldUp(putIt())
    expect([answer.status, waited]).toEqual([200, true])
  })

  it('RETRYWAITS: has the answer 404 to a second deletion wait as well', async () => {
    await putIt().expect(201)
    expect((await owner.ask('DELETE', `/orgs/${org}${path}`)).status).toBeLessThan(300)
    const { waited, answer } = await house.heldUp(owner.ask('DELETE', `/orgs/${org}${path}`))
    expect([answer.status, waited]).toEqual([404, true])
  })

  it('is created once by ten puts at the same time; the others answer 200, or 409 with Retry-After', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => putIt()))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(1)
    // While one put writes a secret, the others are told to retry.
    for (const { status, headers } of answers) if (status === 409) expect(headers['retry-after']).toBe('1')
    expect(statuses.every((status) => [200, 201, 409].includes(status))).toBe(true)
  })
})

describe('an external version', () => {
  it('of a secret is forgotten when its value is replaced without it, so the same put replaces it again', async () => {
    const { body } = await putSecret({ externalVersion: 'v1' }).expect(201)
    const kept = await owner.ask('PATCH', `/orgs/${org}/secrets/${body.id}`, { name: 'RENAMED' }).expect(200)
    expect(kept.body.externalVersion).toBe('v1')
    await owner.ask('PUT', `/orgs/${org}/secrets/${body.id}/value`, { value: 'sk-by-hand-0123456789' }).expect(200)
    const again = await putSecret({ externalVersion: 'v1' }, 'RENAMED').expect(200)
    expect(again.body.outcome).toBe('replaced')
    expect(await valueInForce(body.id)).toBe('sk-natural-0123456789')
  })

  it('of a secret that has expired does not keep the same put from replacing the value', async () => {
    const { body } = await putSecret({ externalVersion: 'v1' }).expect(201)
    await house
      .db('secrets')
      .where('id', body.id)
      .update({ expires_at: new Date(0) })
    expect((await putSecret({ externalVersion: 'v1' }).expect(200)).body).toMatchObject({
      outcome: 'replaced',
      expiresAt: null,
    })
  })

  it('of a service or an app is forgotten on a change by hand, so that the same put undoes that change', async () => {
    await putService({ externalVersion: 'v1' })
    await putApp({ externalVersion: 'v1' })
    await owner.ask('PATCH', `/orgs/${org}/services/example`, { enabled: false }).expect(200)
    await owner.ask('PATCH', `/orgs/${org}/apps/phone`, { enabled: false }).expect(200)
    expect((await putService({ externalVersion: 'v1' })).body).toMatchObject({ enabled: true, externalVersion: 'v1' })
    expect((await putApp({ externalVersion: 'v1' })).body).toMatchObject({ enabled: true, externalVersion: 'v1' })
  })

  it('of a service whose secret was deleted does not keep the same put from taking the new secret', async () => {
    const secret = await putSecret().expect(201)
    const asked = { preset: 'openai', baseUrl: 'https://api.openai.com', externalVersion: 'v1' }
    await putService(asked).expect(201)
    await owner.ask('DELETE', `/orgs/${org}/secrets/${secret.body.id}?force=true`).expect(200)
    await putSecret().expect(201)
    const { body } = await putService(asked).expect(200)
    expect(body.warnings).toEqual([])
  })

  it.each(['', 'two words', 'x'.repeat(129), 'é'])('is refused with 400 when it is %j', async (externalVersion) => {
    await putSecret({ externalVersion }).expect(400)
  })
})

describe('a secret that is put by name', () => {
  it('is refused with 400 if its name looks like an id', async () => {
    const refused = await putSecret({ preset: 'openai' }, newId('secret')).expect(400)
    expect(refused.body.errors).toMatchObject([{ detail: 'This name looks like an id. Choose another name.' }])
  })

  it('needs bindings, a preset or a known name when made, and later keeps its bindings if none are given', async () => {
    const unbound = await putSecret({}, 'OWN_KEY').expect(400)
    expect(unbound.body.errors[0].pointer).toBe('/bindings')
    const bindings = { origins: ['https://a.example'], placements: [{ kind: 'header', name: 'x-key' }] }
    const first = await putSecret({ bindings }, 'OWN_KEY').expect(201)
    const second = await putSecret({}, 'OWN_KEY').expect(200)
    expect(second.body.bindings).toEqual(first.body.bindings)
    const third = await putSecret({ preset: 'openai' }, 'OWN_KEY').expect(200)
    expect(third.body.bindings.origins).toEqual(['https://api.openai.com'])
  })

  it.each(['value', 'usage', 'versions'])('may have the name %s, which is also a part of paths', async (name) => {
    const made = await putSecret({ preset: 'openai' }, name).expect(201)
    expect((await owner.ask('GET', `/orgs/${org}/secrets/by-name/${name}`).expect(200)).body.id).toBe(made.body.id)
    await owner.ask('DELETE', `/orgs/${org}/secrets/by-name/${name}`).expect(200)
  })

  it('is refused with 400 if its name has a wrong character or more than 128', async () => {
    await putSecret({ preset: 'openai' }, 'A'.repeat(128)).expect(201)
    for (const wrong of ['1ST', 'a-b', 'A'.repeat(129)])
      expect((await putSecret({ preset: 'openai' }, wrong).expect(400)).body.errors[0].pointer).toBe('name')
  })

  it('is refused with the one rule that its name breaks', async () => {
    const { errors } = (await putSecret({ preset: 'openai' }, 'a-b').expect(400)).body
    expect(errors).toEqual([{ pointer: 'name', detail: expect.stringContaining('Give letters, digits and _') }])
  })

  it('is another one than the secret of the same name in another organization', async () => {
    const stranger = await house.person(`stranger${count}`)
    const theirs = await house.organization(stranger, `Theirs ${count}`)
    const path = `/orgs/${theirs}/secrets/by-name/OPENAI_API_KEY`
    const other = await stranger.ask('PUT', path, { value: 'sk-theirs-0123456789' }).expect(201)
    const mine = await putSecret().expect(201)
    expect(mine.body.id).not.toBe(other.body.id)
    expect(await valueInForce(other.body.id)).toBe('sk-theirs-0123456789')
  })
})

describe('a service that is put', () => {
  it('gets the defaults back for every field that the put does not name', async () => {
    const limits = [{ scope: 'device', count: 5, periodSeconds: 60 }]
    const forwardTraceContext = true
    const set = { limits, timeoutMs: 5_000, bodyBytesMax: 1_000, paths: ['/a'], enabled: false, forwardTraceContext }
    expect((await putService(set).expect(201)).body).toMatchObject(set)
    const { body } = await putService().expect(200)
    expect(body).toMatchObject({
      limits: [],
      timeoutMs: 120_000,
      bodyBytesMax: 33_554_432,
      paths: [],
      enabled: true,
      forwardTraceContext: false,
      preset: null,
    })
  })

  it('by an unknown id instead of a slug answers 404, and so does an app', async () => {
    await put('/services/svc_01ARZ3NDEKTSV4RRFFQ69G5FAV', { name: 'S', baseUrl: 'https://a.example' }).expect(404)
    await put('/apps/app_01ARZ3NDEKTSV4RRFFQ69G5FAV', { name: 'A', platform: 'ios' }).expect(404)
  })
})

describe('a link that is put by the slugs of both', () => {
  it('is made once; RETRYWAITS: a second put waits and shows the same, with If-None-Match: * it gets 412', async () => {
    await putService()
    await putApp()
    const path = '/apps/phone/links/example'
    const first = await put(path, {}).expect(201)
    const { waited, answer } = await house.heldUp(put(path, {}))
    expect([answer.status, waited]).toEqual([200, true])
    expect(answer.body).toEqual(first.body)
    await put(path, {}).set('if-none-match', '*').expect(412)
  })
})
