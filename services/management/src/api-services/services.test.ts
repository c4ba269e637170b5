import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { restHarness } from '../test/rest-harness.js'
import { routeFields } from './route-fields.js'
import { findService } from './service-row.js'
import { usesOf } from './uses-of.js'

const ids: Record<string, string> = {}

const ORIGIN = 'https://api.example.com'
const SECRETS = {
  BEARER: [{ kind: 'header', name: 'authorization' }],
  X_KEY: [{ kind: 'header', name: 'x-key' }],
  Q_KEY: [{ kind: 'query', name: 'key' }],
  USER: [{ kind: 'basic-user' }],
  PASS: [{ kind: 'basic-password' }],
  BOT: [{ kind: 'path', template: '/bot{}' }],
} as const

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')
const org = await house.organization(owner, 'Services')
for (const [name, placements] of Object.entries(SECRETS))
  ids[name] = await addSecret({ name, value: 'value-of-a-key', bindings: { origins: [ORIGIN], placements } })
ids.OPENAI_API_KEY = await addSecret({ name: 'OPENAI_API_KEY', value: 'sk-services-0123456789' })

async function addSecret(body: object): Promise<string> {
  return (await owner.ask('POST', `/orgs/${org}/secrets`, body).expect(201)).body.id
}

let count = 0
const create = (fields: object) =>
  owner.ask('POST', `/orgs/${org}/services`, { name: 'S', slug: `s-${++count}`, baseUrl: ORIGIN, ...fields })
const patch = (id: string, fields: object) => owner.ask('PATCH', `/orgs/${org}/services/${id}`, fields)
const feedOf = async (id: string): Promise<number[]> =>
  (await house.db('feed').where({ kind: 'service', id }).orderBy('number')).map(({ generation }) => Number(generation))

async function injectionOf(id: string) {
  const row = await findService(house.db, org, id)
  if (!row) throw new Error('no such service')
  return routeFields(row)
}

describe('auth types', () => {
  it.each([
    [
      'bearer',
      { type: 'bearer', secret: 'BEARER' },
      [{ header: 'authorization', value: { parts: [{ literal: 'Bearer ' }, 'BEARER'] } }],
    ],
    ['header', { type: 'header', name: 'X-Key', secret: 'X_KEY' }, [{ header: 'x-key', value: { parts: ['X_KEY'] } }]],
    ['query', { type: 'query', name: 'key', secret: 'Q_KEY' }, [{ query: 'key', value: { parts: ['Q_KEY'] } }]],
    [
      'basic',
      { type: 'basic', user: '{{USER}}', password: 'x-{{PASS}}' },
      [{ basic: true, value: { parts: ['USER'] }, password: { parts: [{ literal: 'x-' }, 'PASS'] } }],
    ],
    [
      'custom',
      { type: 'custom', headers: { 'X-Key': 'a {{X_KEY}} b' }, query: { key: '{{Q_KEY}}' } },
      [
        { header: 'x-key', value: { parts: [{ literal: 'a ' }, 'X_KEY', { literal: ' b' }] } },
        { query: 'key', value: { parts: ['Q_KEY'] } },
      ],
    ],
    [
      'custom with a path',
      { type: 'custom', headers: {}, query: {}, path: '/bot{{BOT}}' },
      [{ path: true, value: { parts: [{ literal: '/bot' }, 'BOT'] } }],
    ],
    ['none', { type: 'none' }, []],
  ])('%s shows its secrets by name and injects them by id', async (_type, auth, fields) => {
    const { body } = await create({ auth }).expect(201)
    expect(JSON.stringify(body.auth).toLowerCase()).toBe(JSON.stringify(auth).toLowerCase())
    const withIds = JSON.parse(JSON.stringify(fields), (_key, value) =>
      typeof value === 'string' && value in SECRETS ? { secretId: ids[value] } : value,
    )
    expect((await injectionOf(body.id)).injection.fields).toEqual(withIds)
  })

  it('accept the id of a secret instead of its name, and show the new name once the secret is renamed', async () => {
    const id = await addSecret({
      name: 'OLD_NAME',
      value: 'value-of-a-key',
      bindings: { origins: [ORIGIN], placements: SECRETS.BEARER },
    })
    const { body } = await create({ auth: { type: 'bearer', secret: id } }).expect(201)
    expect(body.auth).toEqual({ type: 'bearer', secret: 'OLD_NAME' })
    await owner.ask('PATCH', `/orgs/${org}/secrets/${id}`, { name: 'NEW_NAME' }).expect(200)
    expect((await owner.ask('GET', `/orgs/${org}/services/${body.id}`)).body.auth).toEqual({
      type: 'bearer',
      secret: 'NEW_NAME',
    })
  })

  it('keep naming a deleted secret by its id, even when a new secret has taken its name', async () => {
    const fields = {
      name: 'MORTAL',
      value: 'value-of-a-key',
      bindings: { origins: [ORIGIN], placements: SECRETS.BEARER },
    }
    const id = await addSecret(fields)
    const { body } = await create({ auth: { type: 'bearer', secret: 'MORTAL' } }).expect(201)
    await owner.ask('DELETE', `/orgs/${org}/secrets/${id}`).expect(409)
    await owner.ask('DELETE', `/orgs/${org}/secrets/${id}?force=true`).expect(200)
    await addSecret(fields)
    const shown = await owner.ask('GET', `/orgs/${org}/services/${body.id}`).expect(200)
    expect(shown.body.auth).toEqual({ type: 'bearer', secret: id })
    expect(shown.body.warnings).toEqual(expect.arrayContaining([expect.stringContaining(`Secret not found: ${id}`)]))
    expect((await injectionOf(body.id)).secretIds).toEqual([id])
    // The service can still be disabled, but not sent elsewhere while it uses the deleted secret.
    await patch(body.id, { enabled: false }).expect(200)
    await patch(body.id, { baseUrl: `${ORIGIN}/v2` }).expect(400)
    await patch(body.id, { auth: { type: 'bearer', secret: id } }).expect(400)
    await patch(body.id, { auth: { type: 'bearer', secret: 'MORTAL' } }).expect(200)
  })
})

describe('saving a service is refused', () => {
  it.each<[string, object, string]>([
    ['an unknown secret', { auth: { type: 'bearer', secret: 'NO_SUCH' } }, '/auth/secret'],
    ['a name in other case', { auth: { type: 'bearer', secret: 'Bearer' } }, '/auth/secret'],
    ['an unknown name in a template', { extraHeaders: { 'x-key': '{{NO_SUCH}}' } }, '/extraHeaders/x-key'],
    [
      'an id in the braces of a template',
      { extraHeaders: { 'x-key': '{{sec_01ARZ3NDEKTSV4RRFFQ69G5FAV}}' } },
      '/extraHeaders/x-key',
    ],
    ['malformed braces', { extraHeaders: { 'x-key': '{{ X_KEY }}' } }, '/extraHeaders/x-key'],
    ['a line break', { extraHeaders: { 'x-a': 'a\r\nx-b: c' } }, '/extraHeaders/x-a'],
    ['text beyond ISO-8859-1', { extraHeaders: { 'x-a': '→' } }, '/extraHeaders/x-a'],
    ['a reserved header', { extraHeaders: { Host: 'evil.example' } }, '/extraHeaders/Host'],
    ['a hop-by-hop header', { extraHeaders: { connection: 'close' } }, '/extraHeaders/connection'],
    ['a header that is none', { extraHeaders: { 'a b': 'x' } }, '/extraHeaders/a b'],
    [
      'one header twice',
      { auth: { type: 'header', name: 'x-key', secret: 'X_KEY' }, extraHeaders: { 'X-Key': 'mine' } },
      '/extraHeaders/X-Key',
    ],
    [
      'a second Authorization',
      { auth: { type: 'basic', user: 'a', password: 'b' }, extraHeaders: { authorization: 'x' } },
      '/extraHeaders/authorization',
    ],
    ['a colon in the user', { auth: { type: 'basic', user: 'a:b', password: '' } }, '/auth/user'],
    ['a query name that needs escaping', { auth: { type: 'custom', query: { 'a&b': 'x' } } }, '/auth/query/a&b'],
    ...[
      'bot{{BOT}}',
      '/bot',
      '/{{BOT}}{{BOT}}',
      '/../bot{{BOT}}',
      '//bot{{BOT}}',
      '/bot{{BOT}}/',
      '/b%2f{{BOT}}',
      '/{}{{BOT}}',
      '/bot{{BOT}}?x',
    ].map((path): [string, object, string] => [`the path ${path}`, { auth: { type: 'custom', path } }, '/auth/path']),
    [
      'a secret of the path below a base path',
      { auth: { type: 'custom', path: '/bot{{BOT}}' }, baseUrl: `${ORIGIN}/me` },
      '/baseUrl',
    ],
    ['an unknown auth type', { auth: { type: 'digest' } }, '/auth/type'],
    ['http', { baseUrl: 'http://api.example.com' }, '/baseUrl'],
    ['a private address', { baseUrl: 'https://10.0.0.1' }, '/baseUrl'],
    ['a metadata address', { baseUrl: 'https://169.254.169.254' }, '/baseUrl'],
    ['a local name', { baseUrl: 'https://vault.svc' }, '/baseUrl'],
    ['a query', { baseUrl: 'https://api.example.com/?a=b' }, '/baseUrl'],
    ['a fragment', { baseUrl: 'https://api.example.com/#a' }, '/baseUrl'],
    ['dot segments', { baseUrl: 'https://api.example.com/a/../b' }, '/baseUrl'],
    ['encoded dot segments', { baseUrl: 'https://api.example.com/a/%2e%2e/b' }, '/baseUrl'],
    ['an encoded slash', { baseUrl: 'https://api.example.com/a%2Fb' }, '/baseUrl'],
    ['a backslash', { baseUrl: 'https://api.example.com/a\\b' }, '/baseUrl'],
    ['an empty segment', { baseUrl: 'https://api.example.com/a//b' }, '/baseUrl'],
    ['a user in the URL', { baseUrl: 'https://me:pass@api.example.com' }, '/baseUrl'],
    ['a partial wildcard', { paths: ['/v1/chat*'] }, '/paths/0'],
    ['a dot segment in a pattern', { paths: ['/v1/**', '/v1/../admin'] }, '/paths/1'],
    ['a pattern without a slash', { paths: ['v1'] }, '/paths/0'],
    ['CONNECT', { methods: ['CONNECT'] }, '/methods/0'],
    ['too short a timeout', { timeoutMs: 999 }, '/timeoutMs'],
    ['too long a timeout', { timeoutMs: 600_001 }, '/timeoutMs'],
    ['bodies of nothing', { bodyBytesMax: 0 }, '/bodyBytesMax'],
    ['bodies beyond the proxy’s own bound', { bodyBytesMax: 1024 ** 3 + 1 }, '/bodyBytesMax'],
    ['a limit of nothing', { limits: [{ scope: 'device', count: 0, periodSeconds: 60 }] }, '/limits/0/count'],
    [
      'two limits of one scope and period',
      {
        limits: [
          { scope: 'app', count: 1, periodSeconds: 60 },
          { scope: 'app', count: 2, periodSeconds: 60 },
        ],
      },
      '/limits',
    ],
    ['an unknown preset', { preset: 'opnai' }, '/preset'],
    ['an unknown field', { retries: 3 }, '/retries'],
  ])('with 400 and a pointer to the field for %s', async (_what, fields, pointer) => {
    const { body } = await create(fields).expect(400)
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer])
  })

  it('with a hint to check spelling and organization if a secret is not found', async () => {
    const { body } = await create({ auth: { type: 'bearer', secret: 'OPENAI_API_KEy' } }).expect(400)
    expect(body.detail).toMatch(/Secret not found: OPENAI_API_KEy.*spelling \(case-sensitive\).*organization/)
  })

  it.each<[string, object]>([
    ['to another origin', { baseUrl: 'https://evil.example.com', auth: { type: 'bearer', secret: 'BEARER' } }],
    ['to another port', { baseUrl: 'https://api.example.com:8443', auth: { type: 'bearer', secret: 'BEARER' } }],
    ['in another header', { auth: { type: 'header', name: 'x-log-me', secret: 'BEARER' } }],
    ['in an extra header', { extraHeaders: { 'idempotency-key': '{{BEARER}}' } }],
    ['in the query', { auth: { type: 'query', name: 'key', secret: 'BEARER' } }],
    ['as another query parameter', { auth: { type: 'query', name: 'other', secret: 'Q_KEY' } }],
    ['as the user where it is a password', { auth: { type: 'basic', user: '{{PASS}}', password: 'x' } }],
    ['of OpenAI, recognised by its name, to another host', { auth: { type: 'bearer', secret: 'OPENAI_API_KEY' } }],
  ])('with 403 and the destination to which the secret is bound for a secret %s', async (_where, fields) => {
    const { body } = await create(fields).expect(403)
    expect(body.code).toBe('DESTINATION_NOT_ALLOWED')
    expect(body.detail).toMatch(/It is bound to https:\/\//)
  })

  it('with 403 for every edit that would send a secret elsewhere, and changes nothing', async () => {
    const { body } = await create({ auth: { type: 'bearer', secret: 'BEARER' } }).expect(201)
    await patch(body.id, { baseUrl: 'https://evil.example.com' }).expect(403)
    await patch(body.id, { auth: { type: 'header', name: 'x-log-me', secret: 'BEARER' } }).expect(403)
    await patch(body.id, { extraHeaders: { 'x-log-me': '{{BEARER}}' } }).expect(403)
    await patch(body.id, {
      auth: { type: 'none' },
      extraHeaders: { authorization: '{{BEARER}}' },
      baseUrl: 'https://evil.example.com',
    }).expect(403)
    expect((await owner.ask('GET', `/orgs/${org}/services/${body.id}`)).body).toEqual(body)
    expect(await feedOf(body.id)).toEqual([])
  })

  it('with 400 for another organization’s secret, whether it is named by id or by name', async () => {
    const other = await house.organization(owner, 'Another')
    const post = (secret: string) =>
      owner.ask('POST', `/orgs/${other}/services`, {
        name: 'S',
        slug: 's',
        baseUrl: ORIGIN,
        auth: { type: 'bearer', secret },
      })
    const foreign = await post(ids.BEARER ?? '').expect(400)
    expect(foreign.body.errors[0].detail).toContain('Secret not found')
    await post('BEARER').expect(400)
  })

  it('with 400 for a secret that is only pending because the vault failed', async () => {
    house.vault.failNext('putSecret', 'before')
    const bindings = { origins: [ORIGIN], placements: SECRETS.BEARER }
    await owner.ask('POST', `/orgs/${org}/secrets`, { name: 'HALF', value: 'value-of-a-key', bindings }).expect(503)
    await create({ auth: { type: 'bearer', secret: 'HALF' } }).expect(400)
  })
})

describe('creating or changing a service', () => {
  it('raises the generation once for each change that routes feel, and not for a new name', async () => {
    const { body } = await create({}).expect(201)
    await patch(body.id, { name: 'Renamed' }).expect(200)
    expect(await feedOf(body.id)).toEqual([])
    await patch(body.id, { timeoutMs: 5_000, name: 'Again' }).expect(200)
    await patch(body.id, { timeoutMs: 5_000 }).expect(200)
    await patch(body.id, { enabled: false }).expect(200)
    await owner.ask('DELETE', `/orgs/${org}/services/${body.slug}`).expect(204)
    expect(await feedOf(body.id)).toEqual([2, 3, 4, 5])
    await owner.ask('GET', `/orgs/${org}/services/${body.id}`).expect(404)
  })

  it('forwards the trace context only if the service says so and does not set traceparent, and is on the audit trail', async () => {
    const { body, headers } = await create({}).expect(201)
    const told = async () => (await injectionOf(body.id)).target.forwardTraceContext
    expect([body.forwardTraceContext, await told()]).toEqual([false, false])
    const changed = await patch(body.id, { forwardTraceContext: true })
      .set('if-match', headers.etag ?? '')
      .expect(200)
    expect([changed.body.forwardTraceContext, await told()]).toEqual([true, true])
    // The field is part of the ETag.
    await patch(body.id, { forwardTraceContext: false })
      .set('if-match', headers.etag ?? '')
      .expect(412)
    expect(await feedOf(body.id)).toEqual([2])
    const row = await house.db('audit').where({ event: 'service.updated', target_id: body.id }).first('details')
    expect(row).toEqual({ details: { slug: body.slug, fields: ['forwardTraceContext'] } })
    await patch(body.id, { extraHeaders: { Traceparent: 'of-the-service' } }).expect(200)
    expect(await told()).toBe(false)
    await patch(body.id, { forwardTraceContext: 'yes' }).expect(400)
  })

  it('updates the list of services, origins and placements that use a secret', async () => {
    const { body } = await create({
      auth: { type: 'header', name: 'x-key', secret: 'X_KEY' },
      extraHeaders: { 'x-other': 'plain' },
    }).expect(201)
    const uses = await usesOf(house.db, org, ids.X_KEY ?? '')
    expect(uses).toContainEqual({
      service: { id: body.id, slug: body.slug, name: 'S' },
      origin: ORIGIN,
      placement: { kind: 'header', name: 'x-key' },
    })
    await patch(body.id, { auth: { type: 'none' } }).expect(200)
    expect((await usesOf(house.db, org, ids.X_KEY ?? '')).map(({ service }) => service.id)).not.toContain(body.id)
  })

  it('is refused with 409 if the slug is taken', async () => {
    const [one, other] = [(await create({})).body, (await create({})).body]
    const { body } = await patch(one.id, { slug: other.slug }).expect(409)
    expect(body.errors[0].pointer).toBe('/slug')
  })

  it('stores the base URL in one spelling: lower-case host, no default port, no trailing slash', async () => {
    expect((await create({ baseUrl: 'HTTPS://API.Example.com:443/v1/' })).body.baseUrl).toBe(
      'https://api.example.com/v1',
    )
    expect((await create({ baseUrl: 'http://127.0.0.1:9999' })).body.baseUrl).toBe('http://127.0.0.1:9999')
  })
})
