import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { isToken } from '@protectmyapi/service-kit/credentials/tokens'
import supertest from 'supertest'
import { isOrgPermission, ROLES, ROLES_ALLOWED, roleMay, SCOPES, type Scope } from '../access/roles.js'
import type { Route } from '../http/route.js'
import { furnish, pathOf } from '../test/furnish.js'
import { type Person, restHarness } from '../test/rest-harness.js'
import { TOKEN_LIMITS } from './token-limits.js'
import { pruneTokens } from './token-rows.js'

const house = await startForAllTests(restHarness)
const people = {
  owner: await house.person('owner'),
  admin: await house.person('admin'),
  member: await house.person('member'),
  stranger: await house.person('stranger'),
}
const things = await furnish(house, people.owner, 'mine')
for (const role of ['admin', 'member'] as const) await house.join(things.org ?? '', people[role], role)

let count = 0
beforeEach(() => {
  count += 1
})

const org = (): string => things.org ?? ''
const create = (person: Person, fields: object = {}) =>
  person.ask('POST', '/auth/tokens', {
    name: 'ci',
    scopes: ['apps:read'],
    organizations: [org()],
    expiresInDays: 30,
    ...fields,
  })

/** Makes a token for a person and acts by it. */
async function bearer(person: Person, scopes: readonly Scope[], fields: object = {}) {
  const { body } = await create(person, { scopes, ...fields }).expect(201)
  const ask = (method: Route['method'], path: string, sent?: object): supertest.Test => {
    const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'
    const request = supertest(house.app)[verb](`/api/v1${path}`).set('authorization', `Bearer ${body.token}`)
    return sent === undefined ? request : request.send(sent)
  }
  return { id: String(body.id), token: String(body.token), ask }
}

const WRONG_BODY = { noSuchField: true }
const orgRoutes = (): Route[] => house.routes.filter(({ permission }) => isOrgPermission(permission))

describe('a personal access token', () => {
  it('is shown once, has a checksum and is kept as a hash; only its person finds it listed', async () => {
    const made = await create(people.owner, { name: 'deploy' }).expect(201)
    expect(isToken('personal', made.body.token)).toBe(true)
    const { body } = await people.owner.ask('GET', '/auth/tokens?limit=100').expect(200)
    const { token, ...shown } = made.body
    expect(body.items).toContainEqual(shown)
    expect(JSON.stringify(body)).not.toContain(token)
    const { rows } = await house.db.raw('SELECT personal_tokens::text AS text FROM personal_tokens')
    expect(JSON.stringify(rows)).not.toContain(token)
    const theirs = await people.admin.ask('GET', '/auth/tokens').expect(200)
    expect(theirs.body.items).toEqual([])
  })

  it('acts as its person in the Authorization header alone, and the audit trail names the token', async () => {
    const { id, token, ask } = await bearer(people.owner, ['apps:write', 'audit:read'])
    expect((await ask('GET', '/auth/me').expect(200)).body.id).toBe(people.owner.id)
    const app = await ask('POST', `/orgs/${org()}/apps`, { name: 'A', slug: `by-token-${count}`, platform: 'ios' })
    expect(app.status).toBe(201)
    const { body } = await ask('GET', `/orgs/${org()}/audit?limit=1`).expect(200)
    expect(body.items[0].actor).toEqual({ kind: 'user', id: people.owner.id, token: id })
    await supertest(house.app).get('/api/v1/auth/me').set('cookie', `pma=${token}`).expect(401)
  })

  it('is refused with 401 when it is cut, expired or revoked, even beside a cookie with a good sign-in', async () => {
    const { id, token } = await bearer(people.owner, ['apps:read'])
    const cookie = `pma=${people.owner.token}`
    const me = (credential: string) =>
      supertest(house.app).get('/api/v1/auth/me').set('cookie', cookie).set('authorization', `Bearer ${credential}`)
    await me(token).expect(200)
    expect((await me(token.slice(0, -1)).expect(401)).body.code).toBe('INVALID_TOKEN')
    await house
      .db('personal_tokens')
      .where('id', id)
      .update({ expires_at: house.db.raw('now()') })
    expect((await me(token).expect(401)).body.code).toBe('TOKEN_EXPIRED')
    const other = await bearer(people.owner, ['apps:read'])
    await people.owner.ask('DELETE', `/auth/tokens/${other.id}`).expect(204)
    expect((await me(other.token).expect(401)).body.code).toBe('INVALID_TOKEN')
    await people.owner.ask('DELETE', `/auth/tokens/${other.id}`).expect(404)
  })

  it('of another person is answered 404 when it is to be revoked, and goes on working', async () => {
    const { id, ask } = await bearer(people.owner, ['apps:read'])
    await people.admin.ask('DELETE', `/auth/tokens/${id}`).expect(404)
    await ask('GET', '/auth/me').expect(200)
  })

  it('loses an organization when its person leaves it, and gets 401 when its person is deleted', async () => {
    const guest = await house.person(`guest${count}`)
    await house.join(org(), guest, 'admin')
    const { ask } = await bearer(guest, ['apps:read'])
    await ask('GET', `/orgs/${org()}/apps`).expect(200)
    await people.owner.ask('DELETE', `/orgs/${org()}/members/${guest.id}`).expect(204)
    await ask('GET', `/orgs/${org()}/apps`).expect(404)
    await ask('GET', '/auth/me').expect(200)
    await house.asOwner()('users').where('id', guest.id).delete()
    expect((await ask('GET', '/auth/me').expect(401)).body.code).toBe('INVALID_TOKEN')
  })

  it('records when it was last used, at most once a minute', async () => {
    const { id, ask } = await bearer(people.owner, ['apps:read'])
    const lastUsed = async (): Promise<number | undefined> =>
      (await house.db('personal_tokens').where('id', id).first('last_used_at')).last_used_at?.getTime()
    expect(await lastUsed()).toBeUndefined()
    await Promise.all(Array.from({ length: 5 }, () => ask('GET', '/auth/me').expect(200)))
    const first = await lastUsed()
    await ask('GET', '/auth/me').expect(200)
    expect(await lastUsed()).toBe(first)
    const before = house.db.raw(`now() - interval '61 seconds'`)
    await house.db('personal_tokens').where('id', id).update({ last_used_at: before })
    await ask('GET', '/auth/me').expect(200)
    expect(await lastUsed()).toBeGreaterThanOrEqual(first ?? 0)
  })

  it('is accepted without waiting while another transaction holds its row', async () => {
    const { id, ask } = await bearer(people.owner, ['apps:read'])
    await house.db.transaction(async (trx) => {
      await trx('personal_tokens').where('id', id).forUpdate().select('id')
      await ask('GET', '/auth/me').expect(200)
    })
  })

  it('changes an organization under the ETag that its person’s session read, though it may do less there', async () => {
    const { body: made, headers } = await people.owner.ask('POST', '/orgs', { name: 'Read by both' }).expect(201)
    const path = `/orgs/${made.id}`
    const { ask } = await bearer(people.owner, ['organization:read', 'organization:write'], {
      organizations: [made.id],
    })
    const seen = await ask('GET', path).expect(200)
    expect(seen.body.permissions.length).toBeLessThan(made.permissions.length)
    expect(seen.headers.etag).toBe(headers.etag)
    const renamed = await ask('PATCH', path, { name: 'Renamed' }).set('if-match', String(headers.etag)).expect(200)
    expect(renamed.headers.etag).not.toBe(headers.etag)
    await people.owner.ask('PATCH', path, { name: 'Again' }).set('if-match', String(headers.etag)).expect(412)
  })

  it('is told anew what it may do once the role of its person has changed, also with If-None-Match', async () => {
    const raised = await house.person(`raised${count}`)
    await house.join(org(), raised, 'member')
    const { ask } = await bearer(raised, ['organization:read', 'apps:write'])
    const before = await ask('GET', `/orgs/${org()}`).expect(200)
    await ask('GET', `/orgs/${org()}`).set('if-none-match', String(before.headers.etag)).expect(304)
    await people.owner.ask('PATCH', `/orgs/${org()}/members/${raised.id}`, { role: 'admin' }).expect(200)
    const { body } = await ask('GET', `/orgs/${org()}`).set('if-none-match', String(before.headers.etag)).expect(200)
    expect([before.body.permissions, body.permissions]).toEqual([
      ['organization:read'],
      ['organization:read', 'apps:write'],
    ])
  })

  it('is refused with 409 beyond the greatest number per person, also when many are asked for at once', async () => {
    const busy = await house.person(`busy${count}`)
    const fields = { organizations: 'all' }
    const answers = await Promise.all(Array.from({ length: TOKEN_LIMITS.perPerson + 5 }, () => create(busy, fields)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(TOKEN_LIMITS.perPerson)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(5)
  })

  it.each([
    [{ scopes: [] }, '/scopes'],
    [{ scopes: ['everything'] }, '/scopes/0'],
    [{ organizations: [] }, '/organizations'],
    [{ organizations: ['nowhere'] }, '/organizations/0'],
    [{ expiresInDays: TOKEN_LIMITS.daysMax + 1 }, '/expiresInDays'],
    [{ expiresInDays: null }, '/expiresInDays'],
    [{ scopes: ['organizations:create'] }, '/scopes'],
  ])('is refused with 400 when it is asked for with %j', async (fields, pointer) => {
    const { body } = await create(people.owner, fields).expect(400)
    expect(body.errors[0].pointer).toBe(pointer)
  })

  it('is made once for one Idempotency-Key, and the second answer does not show it again', async () => {
    const first = await create(people.owner).set('idempotency-key', `token-${count}`).expect(201)
    const second = await create(people.owner).set('idempotency-key', `token-${count}`).expect(409)
    expect(second.body.code).toBe('TOKEN_SHOWN_ONCE')
    expect(second.headers.location).toBe(`/api/v1/auth/tokens/${first.body.id}`)
  })

  it('is accepted with Sec-Fetch-Site: cross-site, because a page of another site cannot send it', async () => {
    const { ask } = await bearer(people.owner, ['apps:write'])
    const fields = { name: 'A', slug: `csrf-${count}`, platform: 'ios' }
    await ask('POST', `/orgs/${org()}/apps`, fields).set('sec-fetch-site', 'cross-site').expect(201)
  })
})

describe('a token that has expired or was revoked', () => {
  it('is listed for a while, and removed when it is pruned after that', async () => {
    const ended = await bearer(people.member, ['apps:read'])
    const revoked = await bearer(people.member, ['apps:read'])
    const kept = await bearer(people.member, ['apps:read'])
    await people.member.ask('DELETE', `/auth/tokens/${kept.id}`).expect(204)
    const old = house.db.raw('now() - make_interval(days => ?)', [TOKEN_LIMITS.keptDays + 1])
    await house.db('personal_tokens').where('id', ended.id).update({ expires_at: old })
    await house.db('personal_tokens').where('id', revoked.id).update({ revoked_at: old })
    await pruneTokens(house.db)
    const { body } = await people.member.ask('GET', '/auth/tokens?limit=100').expect(200)
    const ids = body.items.map(({ id }: { id: string }) => id)
    expect([ended.id, revoked.id, kept.id].map((id) => ids.includes(id))).toEqual([false, false, true])
  })
})

describe('what a personal access token may do', () => {
  it('is limited on every route by its scopes and by its person’s present role', async () => {
    const wrong: string[] = []
    for (const role of ROLES) {
      const all = await bearer(people[role], SCOPES, { organizations: 'all' })
      const scopes = Object.keys(ROLES_ALLOWED).filter((name) => SCOPES.includes(name as Scope))
      for (const [nth, scope] of scopes.entries()) {
        const one = await bearer(people[role], [scope as Scope])
        for (const [row, route] of orgRoutes().entries()) {
          if (!isOrgPermission(route.permission)) continue
          // Other scopes are tried as the owner, whom nothing but the scope refuses: on each route a third of them.
          const isOthers = role === 'owner' && (nth + row) % 3 === 0
          if (route.permission !== scope && !isOthers) continue
          const sent = route.method === 'GET' ? undefined : WRONG_BODY
          const within = roleMay(role, route.permission) ? (route.method === 'GET' ? 200 : 400) : 403
          const { status } = await one.ask(route.method, pathOf(route, things), sent)
          const expected = route.permission === scope ? within : 403
          if (status !== expected) wrong.push(`${role}, ${scope}: ${route.method} ${route.path} ${status}`)
        }
        await people[role].ask('DELETE', `/auth/tokens/${one.id}`).expect(204)
      }
      for (const route of orgRoutes()) {
        if (!isOrgPermission(route.permission)) continue
        const { status } = await all.ask(
          route.method,
          pathOf(route, things),
          route.method === 'GET' ? undefined : WRONG_BODY,
        )
        const expected = roleMay(role, route.permission) ? (route.method === 'GET' ? 200 : 400) : 403
        if (status !== expected) wrong.push(`${role}, all: ${route.method} ${route.path} ${status}`)
      }
    }
    expect(wrong).toEqual([])
  }, 120_000)

  it('shrinks when its person gets a lower role', async () => {
    const guest = await house.person(`sinking${count}`)
    await house.join(org(), guest, 'admin')
    const { ask } = await bearer(guest, ['apps:write'])
    const fields = { name: 'A', slug: `sinking-${count}`, platform: 'ios' }
    await ask('POST', `/orgs/${org()}/apps`, fields).expect(201)
    await people.owner.ask('PATCH', `/orgs/${org()}/members/${guest.id}`, { role: 'member' }).expect(200)
    const { body } = await ask('POST', `/orgs/${org()}/apps`, { ...fields, slug: 'another' }).expect(403)
    expect(body.detail).toMatch(/role/)
  })

  it('is limited to its organizations: others answer 404 and are not listed', async () => {
    const other = await house.organization(people.owner, `Other ${count}`)
    const { ask } = await bearer(people.owner, ['apps:read', 'organization:read'])
    const [out, absent] = [await ask('GET', `/orgs/${other}`), await ask('GET', '/orgs/nowhere')]
    expect([out.status, { ...out.body, requestId: '' }]).toEqual([404, { ...absent.body, requestId: '' }])
    const { body } = await ask('GET', '/orgs').expect(200)
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([org()])
    const all = await bearer(people.owner, ['organizations:create', 'organization:read'], { organizations: 'all' })
    const made = await all.ask('POST', '/orgs', { name: `Made ${count}` }).expect(201)
    await all.ask('GET', `/orgs/${made.body.id}`).expect(200)
  })

  it('excludes what needs a sign-in: making tokens, ending sign-ins and changing the password answer 403', async () => {
    const { id, ask } = await bearer(people.owner, SCOPES, { organizations: 'all' })
    const inPerson = house.routes.filter(({ permission }) => permission === 'in-person')
    expect(inPerson.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'DELETE /auth/sessions/{session}',
      'DELETE /auth/tokens/{token}',
      'GET /auth/sessions',
      'GET /auth/tokens',
      'POST /auth/sign-out',
      'POST /auth/tokens',
      'PUT /auth/password',
    ])
    for (const route of inPerson) {
      const path = pathOf(route, { ...things, token: id })
      const { status, body } = await ask(route.method, path, route.method === 'GET' ? undefined : {})
      expect([route.path, status, body.code]).toEqual([route.path, 403, 'FORBIDDEN'])
    }
  })

  it('excludes accepting an invitation, which its person may do when signed in', async () => {
    const { ask } = await bearer(people.owner, SCOPES, { organizations: 'all' })
    const theirs = await house.organization(people.stranger, `Theirs ${count}`)
    const invited = await people.stranger
      .ask('POST', `/orgs/${theirs}/invitations`, { email: people.owner.email, role: 'member' })
      .expect(201)
    await ask('POST', '/invitations/accept', { token: invited.body.token }).expect(403)
    await people.owner.ask('POST', '/invitations/accept', { token: invited.body.token }).expect(200)
  })

  it('includes, with membership:write, leaving an organization, and not removing others from it', async () => {
    const leaver = await house.person(`leaver${count}`)
    await house.join(org(), leaver, 'admin')
    const { ask } = await bearer(leaver, ['membership:write'])
    await ask('DELETE', `/orgs/${org()}/members/${people.member.id}`).expect(403)
    await ask('DELETE', `/orgs/${org()}/members/${leaver.id}`).expect(204)
  })
})
