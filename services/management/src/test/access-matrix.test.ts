import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { isOrgPermission, ROLES, ROLES_ALLOWED, roleMay } from '../access/roles.js'
import type { Route } from '../http/route.js'
import { BODIES, furnish, pathOf, type Things } from './furnish.js'
import { type Person, restHarness } from './rest-harness.js'

const house = await startForAllTests(restHarness)
const people = {
  owner: await house.person('owner'),
  admin: await house.person('admin'),
  member: await house.person('member'),
  stranger: await house.person('stranger'),
}
const mine = await furnish(house, people.owner, 'mine')
for (const role of ['admin', 'member'] as const) await house.join(mine.org ?? '', people[role], role)
const others = await furnish(house, people.stranger, 'others')

const orgRoutesOf = (routes: readonly Route[]): Route[] =>
  routes.filter(({ permission }) => isOrgPermission(permission))

/** A body that no schema accepts. Persons without permission are refused before it is read, others because of it. */
const WRONG_BODY = { noSuchField: true }

const ask = (person: Person, route: Route, things: Things) =>
  person.ask(route.method, pathOf(route, things), route.method === 'GET' ? undefined : WRONG_BODY)

describe('the REST API', () => {
  it('answers each route to the roles that the table of permissions names, and 403 to all others', async () => {
    const wrong: string[] = []
    for (const route of orgRoutesOf(house.routes)) {
      for (const role of ROLES) {
        if (!isOrgPermission(route.permission)) throw new Error('not an organization’s route')
        const { status } = await ask(people[role], route, mine)
        // Permitted reads are answered. Permitted writes are refused because of the body.
        const expected = roleMay(role, route.permission) ? (route.method === 'GET' ? 200 : 400) : 403
        if (status !== expected) wrong.push(`${role} ${route.method} ${route.path}: ${status}, not ${expected}`)
      }
    }
    expect(wrong).toEqual([])
  }, 30_000)

  it('answers 404 to strangers on every route, as if the organization did not exist', async () => {
    const wrong: string[] = []
    for (const route of orgRoutesOf(house.routes)) {
      const answers = [
        await ask(people.stranger, route, mine),
        await ask(people.stranger, route, { ...mine, org: 'org_01ARZ3NDEKTSV4RRFFQ69G5FAV' }),
      ]
      const [foreign, absent] = answers.map(({ status, body }) => JSON.stringify({ status, ...body, requestId: '' }))
      if (foreign !== absent || answers[0]?.status !== 404)
        wrong.push(`${route.method} ${route.path}: ${foreign} ${absent}`)
    }
    expect(wrong).toEqual([])
  })

  it('answers 404 to an id of another organization, as to an absent one, on every route with an id', async () => {
    const wrong: string[] = []
    for (const route of orgRoutesOf(house.routes)) {
      // A put by name creates the thing if this organization has none of that name, whatever other organizations have.
      for (const name of namesIn(route).filter(
        (param) => param !== 'org' && !(param === 'name' && route.method === 'PUT'),
      )) {
        const there = { ...mine, [name]: others[name] ?? '' }
        const nowhere = { ...mine, [name]: 'zzz_01ARZ3NDEKTSV4RRFFQ69G5FAV' }
        const body = route.method === 'GET' ? undefined : BODIES[`${route.method} ${route.path}`]
        const answers = [
          await people.owner.ask(route.method, pathOf(route, there), body),
          await people.owner.ask(route.method, pathOf(route, nowhere), body),
        ]
        const [foreign, absent] = answers.map((answer) =>
          JSON.stringify({ status: answer.status, ...answer.body, requestId: '' }),
        )
        if (foreign !== absent || answers[0]?.status !== 404)
          wrong.push(`${route.method} ${route.path} {${name}}: ${foreign} ${absent}`)
      }
    }
    expect(wrong).toEqual([])
    // The other organization still has all of it.
    await people.stranger.ask('GET', `/orgs/${others.org}/apps/${others.app}`).expect(200)
    await people.stranger.ask('GET', `/orgs/${others.org}/secrets/${others.secret}`).expect(200)
    await people.stranger.ask('GET', `/orgs/${others.org}/services/${others.service}`).expect(200)
    const { body } = await people.stranger.ask('GET', `/orgs/${others.org}/apps/${others.app}/links`)
    expect(body.items).toHaveLength(1)
  })

  it('answers 401 without a sign-in on every route but three public ones', async () => {
    const open: string[] = []
    for (const route of house.routes.filter(({ permission }) => permission !== 'public')) {
      const { status } = await house.anonymous(route.method, pathOf(route, mine))
      if (status !== 401) open.push(`${route.method} ${route.path}: ${status}`)
    }
    expect(open).toEqual([])
    expect(house.routes.filter(({ permission }) => permission === 'public').map(({ path }) => path)).toEqual([
      '/setup',
      '/auth/sign-in',
      '/invitations/accept',
    ])
  })

  it('requires on each write the permission that this list names for it', () => {
    const writes = orgRoutesOf(house.routes).filter(({ method }) => method !== 'GET')
    expect(
      Object.fromEntries(
        writes.map(({ method, path, permission }) => [`${method} ${path.replace('/orgs/{org}', '')}`, permission]),
      ),
    ).toEqual({
      'PATCH ': 'organization:write',
      'DELETE ': 'organization:write',
      'POST /transfer': 'organization:write',
      'PATCH /members/{user}': 'members:write',
      'DELETE /members/{user}': 'membership:write',
      'POST /invitations': 'invitations:write',
      'DELETE /invitations/{invitation}': 'invitations:write',
      'POST /secrets': 'secrets:write',
      'POST /secrets/import': 'secrets:write',
      'PATCH /secrets/{secret}': 'secrets:write',
      'PUT /secrets/{secret}/value': 'secrets:write',
      'PUT /secrets/by-name/{name}': 'secrets:write',
      'DELETE /secrets/by-name/{name}': 'secrets:write',
      'DELETE /secrets/{secret}': 'secrets:write',
      'PUT /secrets/{secret}/expiry': 'secrets:write',
      'POST /services': 'services:write',
      'PATCH /services/{service}': 'services:write',
      'PUT /services/{service}': 'services:write',
      'DELETE /services/{service}': 'services:write',
      'POST /services/{service}/test-call': 'services:write',
      'POST /apps': 'apps:write',
      'PATCH /apps/{app}': 'apps:write',
      'PUT /apps/{app}': 'apps:write',
      'DELETE /apps/{app}': 'apps:write',
      'POST /apps/{app}/token': 'apps:write',
      'POST /apps/{app}/debug-tokens': 'apps:write',
      'DELETE /apps/{app}/debug-tokens/{debugToken}': 'apps:write',
      'DELETE /apps/{app}/devices/{device}': 'apps:write',
      'DELETE /apps/{app}/sessions/{appSession}': 'apps:write',
      'PUT /apps/{app}/attestation-credential': 'secrets:write',
      'DELETE /apps/{app}/attestation-credential': 'secrets:write',
      'PUT /apps/{app}/links/{service}': 'apps:write',
      'DELETE /apps/{app}/links/{service}': 'apps:write',
    })
  })

  it('has a route for each permission of an organization in the table', () => {
    const used = new Set(house.routes.map(({ permission }) => permission))
    expect(
      Object.keys(ROLES_ALLOWED).filter(
        (permission) => isOrgPermission(permission as 'apps:read') && !used.has(permission as 'apps:read'),
      ),
    ).toEqual([])
  })
})

function namesIn({ path }: Route): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
}
