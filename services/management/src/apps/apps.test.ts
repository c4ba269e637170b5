import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { isToken, tokenHash } from '@protectmyapi/service-kit/credentials/tokens'
import { restHarness } from '../test/rest-harness.js'

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')
const org = await house.organization(owner, 'Apps')

let count = 0
const newApp = async (fields: object = {}) =>
  (
    await owner
      .ask('POST', `/orgs/${org}/apps`, { name: 'App', slug: `app-${++count}`, platform: 'ios', ...fields })
      .expect(201)
  ).body
const newService = async () =>
  (
    await owner
      .ask('POST', `/orgs/${org}/services`, { name: 'S', slug: `s-${++count}`, baseUrl: 'https://api.example.com' })
      .expect(201)
  ).body

const feedOf = async (kind: string, id: string): Promise<number[]> =>
  (await house.db('feed').where({ kind, id }).orderBy('number')).map(({ generation }) => Number(generation))

const auditOf = async (targetId: string): Promise<string[]> =>
  (await house.db('audit').where('target_id', targetId).orderBy('id')).map(({ event }) => event)

describe('an app', () => {
  it('gets a publishable token that stays visible, and the policy enforce by default', async () => {
    const app = await newApp()
    expect(isToken('app', app.token)).toBe(true)
    expect(app).toMatchObject({ policy: 'enforce', enabled: true, limits: [], quotas: [] })
    const { body } = await owner.ask('GET', `/orgs/${org}/apps/${app.slug}`).expect(200)
    expect(body).toEqual(app)
  })

  it.each([
    [{ policy: 'none' }, '/policy'],
    [{ platform: 'web' }, '/platform'],
    [{ slug: 'Not A Label' }, '/slug'],
    [{ name: 'two\nlines' }, '/name'],
    [{ token: 'pma_app_mine' }, '/token'],
    [{ limits: [{ scope: 'service', count: 1, periodSeconds: 1 }] }, '/limits/0/scope'],
    [{ limits: [{ scope: 'app', count: 1, periodSeconds: 1, burst: 2 }] }, '/limits/0/burst'],
    [{ quotas: [{ scope: 'organization', period: 'day', count: 1 }] }, '/quotas/0/scope'],
    [{ quotas: [{ scope: 'app', period: 'week', count: 1 }] }, '/quotas/0/period'],
    [{ quotas: [{ scope: 'app', period: 'day', count: 0 }] }, '/quotas/0/count'],
    [{ quotas: [1, 2].map((count) => ({ scope: 'app', period: 'day', count })) }, '/quotas'],
  ])('is refused with 400 for %j, naming %s', async (fields, pointer) => {
    const { body } = await owner
      .ask('POST', `/orgs/${org}/apps`, { name: 'App', slug: 'bad', platform: 'ios', ...fields })
      .expect(400)
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer])
  })

  it('has limits and quotas set, replaced and removed, with a feed row for each change and the quotas on the trail', async () => {
    const limits = [{ scope: 'device', count: 5, periodSeconds: 60, burst: 5 }]
    const quotas = [
      { scope: 'device', period: 'day', count: 100 },
      { scope: 'app', period: 'month', count: 10_000 },
    ]
    const app = await newApp({ limits, quotas })
    expect(app).toMatchObject({ limits, quotas })
    const one = `/orgs/${org}/apps/${app.id}`
    const other = [{ scope: 'app', period: 'day', count: 1 }]
    expect((await owner.ask('PATCH', one, { quotas: other }).expect(200)).body).toMatchObject({ limits, quotas: other })
    expect((await owner.ask('PATCH', one, { limits: [], quotas: [] }).expect(200)).body).toMatchObject({
      limits: [],
      quotas: [],
    })
    await owner
      .ask('PUT', `/orgs/${org}/apps/${app.slug}`, { name: 'App', platform: 'ios', limits, quotas })
      .expect(200)
    expect((await owner.ask('GET', one).expect(200)).body).toMatchObject({ limits, quotas })
    await owner.ask('PUT', `/orgs/${org}/apps/${app.slug}`, { name: 'App', platform: 'ios' }).expect(200)
    expect((await owner.ask('GET', one).expect(200)).body).toMatchObject({ limits: [], quotas: [] })
    expect(await feedOf('app', app.id)).toEqual([2, 3, 4, 5])
    const trail = await house.db('audit').where('target_id', app.id).orderBy('id')
    expect(trail.map(({ details }) => details.quotas)).toEqual([quotas, other, [], quotas, []])
  })

  it('gets a higher generation with each edit, even a repeated one, and with its deletion', async () => {
    const app = await newApp()
    await owner.ask('PATCH', `/orgs/${org}/apps/${app.id}`, { enabled: false, policy: 'audit' }).expect(200)
    const again = await owner.ask('PATCH', `/orgs/${org}/apps/${app.id}`, { enabled: false }).expect(200)
    expect(again.body).toMatchObject({ enabled: false, policy: 'audit', token: app.token })
    await owner.ask('DELETE', `/orgs/${org}/apps/${app.slug}`).expect(204)
    expect(await feedOf('app', app.id)).toEqual([2, 3, 4])
    expect(await auditOf(app.id)).toEqual(['app.created', 'app.updated', 'app.updated', 'app.deleted'])
    await owner.ask('GET', `/orgs/${org}/apps/${app.id}`).expect(404)
    await owner.ask('DELETE', `/orgs/${org}/apps/${app.id}`).expect(404)
    await newApp({ slug: app.slug })
  })

  it('is refused with 409 if its slug is taken in its organization, and may have a slug taken in another one', async () => {
    const app = await newApp()
    const { body } = await owner
      .ask('POST', `/orgs/${org}/apps`, { name: 'B', slug: app.slug, platform: 'android' })
      .expect(409)
    expect(body.errors[0].pointer).toBe('/slug')
    const other = await house.organization(owner, 'Elsewhere')
    await owner.ask('POST', `/orgs/${other}/apps`, { name: 'B', slug: app.slug, platform: 'android' }).expect(201)
  })
})

describe('a debug token', () => {
  it('is shown once, is stored as a hash, and expires after 30 days at most', async () => {
    const app = await newApp()
    const path = `/orgs/${org}/apps/${app.id}/debug-tokens`
    const { body } = await owner.ask('POST', path, { name: 'mac', expiresInHours: 720 }).expect(201)
    expect(isToken('debug', body.token)).toBe(true)
    expect(new Date(body.expiresAt).getTime() - new Date(body.createdAt).getTime()).toBe(720 * 3_600_000)
    await owner.ask('POST', path, { name: 'mac', expiresInHours: 721 }).expect(400)
    await owner.ask('POST', path, { name: 'mac' }).expect(400)
    const list = await owner.ask('GET', path).expect(200)
    expect(list.body.items).toEqual([expect.objectContaining({ id: body.id, createdBy: owner.id })])
    expect(JSON.stringify(list.body)).not.toContain('pma_dbg_')
    expect((await house.db('debug_tokens').where('id', body.id).first()).token_hash).toEqual(tokenHash(body.token))
  })

  it('revokes its devices when it is revoked, and each revocation, even a repeated one, adds a feed row per device', async () => {
    const app = await newApp()
    const { body } = await owner
      .ask('POST', `/orgs/${org}/apps/${app.id}/debug-tokens`, { name: 'mac', expiresInHours: 1 })
      .expect(201)
    const device = (id: string) => ({
      id,
      organization_id: org,
      app_id: app.id,
      kind: 'debug',
      debug_token_id: body.id,
    })
    await house.db('devices').insert([device('dvc_one'), device('dvc_two')])
    await owner.ask('DELETE', `/orgs/${org}/apps/${app.id}/debug-tokens/${body.id}`).expect(204)
    await owner.ask('DELETE', `/orgs/${org}/apps/${app.id}/debug-tokens/${body.id}`).expect(204)
    expect([await feedOf('device', 'dvc_one'), await feedOf('device', 'dvc_two')]).toEqual([
      [2, 3],
      [2, 3],
    ])
    const { body: devices } = await owner.ask('GET', `/orgs/${org}/apps/${app.id}/devices`).expect(200)
    expect(devices.items.map((item: { revokedAt: string | null }) => item.revokedAt === null)).toEqual([false, false])
  })
})

describe('a device', () => {
  it('gets a feed row and has its sessions marked when it is revoked, which only its own app can do', async () => {
    const app = await newApp()
    await house.db('devices').insert({ id: 'dvc_lone', organization_id: org, app_id: app.id, kind: 'debug' })
    await house.db('app_sessions').insert({
      id: 'ses_lone',
      organization_id: org,
      app_id: app.id,
      device_id: 'dvc_lone',
      expires_at: new Date(Date.now() + 60_000),
    })
    await owner.ask('DELETE', `/orgs/${org}/apps/${app.id}/devices/dvc_lone`).expect(204)
    expect(await feedOf('device', 'dvc_lone')).toEqual([2])
    expect((await house.db('app_sessions').where('id', 'ses_lone').first()).revoked_at).not.toBeNull()
    const other = await newApp()
    await owner.ask('DELETE', `/orgs/${org}/apps/${other.id}/devices/dvc_lone`).expect(404)
  })
})

describe('a link', () => {
  it('is created once, by slug or id, and gets a feed row when it is removed', async () => {
    const [app, service] = [await newApp(), await newService()]
    const made = await owner.ask('PUT', `/orgs/${org}/apps/${app.slug}/links/${service.slug}`).expect(201)
    const again = await owner.ask('PUT', `/orgs/${org}/apps/${app.id}/links/${service.id}`).expect(200)
    expect(again.body).toEqual(made.body)
    expect(made.body.service).toEqual({ id: service.id, slug: service.slug, name: 'S', enabled: true })
    const { body } = await owner.ask('GET', `/orgs/${org}/apps/${app.id}/links`).expect(200)
    expect(body.items).toEqual([made.body])
    await owner.ask('DELETE', `/orgs/${org}/apps/${app.id}/links/${service.id}`).expect(204)
    expect(await feedOf('link', made.body.id)).toEqual([2])
    await owner.ask('DELETE', `/orgs/${org}/apps/${app.id}/links/${service.id}`).expect(404)
    const anew = await owner.ask('PUT', `/orgs/${org}/apps/${app.id}/links/${service.id}`).expect(201)
    expect(anew.body.id).not.toBe(made.body.id)
  })

  it('is removed when its service is deleted', async () => {
    const [app, service] = [await newApp(), await newService()]
    await owner.ask('PUT', `/orgs/${org}/apps/${app.id}/links/${service.id}`).expect(201)
    await owner.ask('DELETE', `/orgs/${org}/services/${service.id}`).expect(204)
    const { body } = await owner.ask('GET', `/orgs/${org}/apps/${app.id}/links`).expect(200)
    expect(body.items).toEqual([])
    expect(await feedOf('service', service.id)).toEqual([2])
  })
})

describe('a write', () => {
  it('is answered only once the proxies have seen it, even when a deletion is repeated (RETRYWAITS)', async () => {
    const app = await newApp()
    await house.db('proxies').insert({
      boot_id: 'boot_slow',
      spiffe_id: 'spiffe://x/y',
      applied: 0,
      horizon_at: new Date(Date.now() + 60_000),
    })
    try {
      for (const attempt of ['first', 'second']) {
        let answered = false
        const answer = owner.ask('DELETE', `/orgs/${org}/apps/${app.id}`).then(({ status }) => {
          answered = true
          return status
        })
        const deleted = async () => (await house.db('apps').where('id', app.id).first()).deleted_at !== null
        while (!(await deleted())) await new Promise((resolve) => setImmediate(resolve))
        // A request through the whole API takes long enough for an answer that does not wait to arrive.
        await owner.ask('GET', `/orgs/${org}/apps`).expect(200)
        expect([attempt, answered]).toEqual([attempt, false])
        await house.db('proxies').update({ applied: house.db('feed_counter').select('value') })
        expect(await answer).toBe(attempt === 'first' ? 204 : 404)
        await house.db('proxies').update({ applied: 0 })
      }
    } finally {
      await house.db('proxies').delete()
    }
  })
})
