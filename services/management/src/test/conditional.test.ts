import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import type { Route } from '../http/route.js'
import { BODIES, furnish, pathOf } from './furnish.js'
import { restHarness } from './rest-harness.js'

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')
const things = await furnish(house, owner, 'mine')

const isChange = ({ method }: Route): boolean => method !== 'GET'
const conditional = (): Route[] => house.routes.filter((route) => isChange(route) && route.conditional)

/** Deletions last, and the organization's last of all, because the other changes need what they delete. */
const inOrder = (routes: readonly Route[]): Route[] =>
  [...routes].sort((a, b) => weight(a) - weight(b) || b.path.length - a.path.length)
const weight = ({ method, path }: Route): number => (method !== 'DELETE' ? 0 : path === '/orgs/{org}' ? 2 : 1)

/** The path that reads the resource of a change: some paths change only a part of the resource. */
const resourceOf = (path: string): string => path.replace(/\/(?:value|expiry)$/, '')
const readOf = (route: Route): string => resourceOf(pathOf(route, things))

async function read(route: Route): Promise<{ etag: string; body: unknown }> {
  const { headers, body } = await owner.ask('GET', readOf(route)).expect(200)
  return { etag: String(headers.etag), body }
}

const change = (route: Route, ifMatch: string) =>
  owner.ask(route.method, pathOf(route, things), BODIES[`${route.method} ${route.path}`]).set('if-match', ifMatch)

describe('If-Match', () => {
  it('with another tag or a weak one makes every change of a single resource fail with 412', async () => {
    const wrong: string[] = []
    for (const route of conditional()) {
      const before = await read(route)
      const { status, body } = await change(route, '"of-another-state"')
      if (status !== 412 || body.code !== 'PRECONDITION_FAILED') wrong.push(`${route.method} ${route.path}: ${status}`)
      const weak = await change(route, `W/${before.etag}`)
      if (weak.status !== 412) wrong.push(`${route.method} ${route.path} takes a weak tag: ${weak.status}`)
      expect(await read(route)).toEqual(before)
    }
    expect(wrong).toEqual([])
  })

  it('makes every other change fail with 412 or 400, because what has no ETag matches no tag', async () => {
    const others = house.routes.filter(
      (route) => isChange(route) && !route.conditional && route.permission !== 'public',
    )
    const wrong: string[] = []
    for (const route of others) {
      const { status } = await owner
        .ask(route.method, pathOf(route, things), BODIES[`${route.method} ${route.path}`])
        .set('if-match', '"x"')
      // Some routes have no valid body here. None may succeed.
      if (status !== 412 && status !== 400) wrong.push(`${route.method} ${route.path}: ${status}`)
    }
    expect(wrong).toEqual([])
  })

  it('is taken by every change of a resource that can be read', async () => {
    const readable = new Set(house.routes.filter(({ method }) => method === 'GET').map(({ path }) => path))
    const forgotten = house.routes
      .filter(({ method }) => method === 'PUT' || method === 'PATCH' || method === 'DELETE')
      .filter(({ path, conditional }) => readable.has(resourceOf(path)) && !conditional)
      .map(({ method, path }) => `${method} ${path}`)
    expect(forgotten).toEqual([])
    expect(conditional().length).toBeGreaterThan(10)
  })

  it('with the present ETag in its list lets every change through', async () => {
    const wrong: string[] = []
    for (const route of inOrder(conditional())) {
      const { etag } = await read(route)
      const { status } = await change(route, `"x", ${etag}`)
      if (status >= 300) wrong.push(`${route.method} ${route.path}: ${status}`)
      // The routes that follow need the link, so it is made again.
      if (route.path.endsWith('/links/{service}') && route.method === 'DELETE')
        await owner.ask('PUT', pathOf(route, things)).expect(201)
    }
    expect(wrong).toEqual([])
  })
})

describe('ETag', () => {
  it('is documented in OpenAPI, with If-None-Match and 304, for exactly the reads that answer with one', async () => {
    const { paths } = (await house.anonymous('GET', '/openapi.json').expect(200)).body
    const there = await furnish(house, owner, 'tagged')
    const reads = house.routes.filter(({ method, snapshot }) => method === 'GET' && !snapshot)
    const told: string[] = []
    const answered: string[] = []
    for (const route of reads) {
      const { parameters = [], responses } = paths[route.path].get
      const takesTag = parameters.some(({ name }: { name: string }) => name === 'if-none-match')
      if (takesTag && responses[200].headers?.ETag && responses[304]?.headers.ETag) told.push(route.path)
      if ((await owner.ask('GET', pathOf(route, there))).headers.etag) answered.push(route.path)
    }
    expect(told).toEqual(answered)
    expect(told.length).toBeGreaterThanOrEqual(7)
  })

  it('of a change is that of the next read, which it can spare with 304 until the resource changes', async () => {
    const org = await house.organization(owner, 'Tags')
    const made = await owner
      .ask('POST', `/orgs/${org}/services`, { name: 'S', slug: 'tagged', baseUrl: 'https://api.example.com' })
      .expect(201)
    const path = `/orgs/${org}/services/${made.body.id}`
    const seen = await owner.ask('GET', path).expect(200)
    expect(seen.headers.etag).toBe(made.headers.etag)
    const spared = await owner.ask('GET', path).set('if-none-match', `W/${seen.headers.etag}`).expect(304)
    expect(spared.text).toBe('')
    expect(spared.headers.etag).toBe(seen.headers.etag)
    const changed = await owner.ask('PATCH', path, { name: 'T' }).expect(200)
    expect(changed.headers.etag).not.toBe(seen.headers.etag)
    await owner.ask('GET', path).set('if-none-match', String(seen.headers.etag)).expect(200)
    await owner.ask('GET', path).set('if-match', String(seen.headers.etag)).expect(412)
  })

  it('of a service no longer matches once a secret that the service names was renamed', async () => {
    const org = await house.organization(owner, 'Renames')
    const secret = await owner
      .ask('POST', `/orgs/${org}/secrets`, { name: 'OPENAI_API_KEY', value: 'sk-etag-0123456789' })
      .expect(201)
    await owner.ask('POST', `/orgs/${org}/services`, { name: 'S', slug: 'openai', preset: 'openai' }).expect(201)
    const before = await owner.ask('GET', `/orgs/${org}/services/openai`).expect(200)
    await owner.ask('PATCH', `/orgs/${org}/secrets/${secret.body.id}`, { name: 'RENAMED' }).expect(200)
    const stale = await owner
      .ask('PATCH', `/orgs/${org}/services/openai`, { name: 'T' })
      .set('if-match', String(before.headers.etag))
      .expect(412)
    expect(stale.body.detail).toMatch(/Read it again/)
  })

  it('lets one of ten simultaneous changes of the same state through, and nine answer 412', async () => {
    const org = await house.organization(owner, 'Race')
    const app = await owner.ask('POST', `/orgs/${org}/apps`, { name: 'A', slug: 'a', platform: 'ios' }).expect(201)
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        owner.ask('PATCH', `/orgs/${org}/apps/a`, { name: `A ${n}` }).set('if-match', String(app.headers.etag)),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)])
  })
})
