import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { Fault } from '@protectmyapi/service-kit/faults'
import supertest from 'supertest'
import { z } from 'zod'
import type { CallOrg } from '../access/principal.js'
import { type AppDeps, createApp } from './app.js'
import { type ListeningHttp, listenHttp } from './listen-http.js'
import { pageById } from './page.js'
import { route } from './route.js'

const { log, text: logged } = memoryLog()
const org: CallOrg = { id: 'org_1', slug: 'acme', name: 'Acme', role: 'member', generation: 1 }

const routes = [
  route({
    method: 'GET',
    path: '/orgs/{org}/things',
    summary: 'List',
    permission: 'apps:read',
    query: pageById('app'),
    answers: { status: 200, body: z.object({ limit: z.number(), slug: z.string() }) },
    handle: async ({ query, org }) => ({ body: { limit: query.limit, slug: org.slug, password_hash: 'private' } }),
  }),
  route({
    method: 'POST',
    path: '/orgs/{org}/things',
    summary: 'Create',
    permission: 'apps:write',
    body: z.strictObject({ name: z.string() }),
    answers: { status: 201 },
    handle: async () => ({ body: undefined }),
  }),
  route({
    method: 'POST',
    path: '/echo',
    summary: 'Echo',
    permission: 'public',
    body: z.strictObject({ name: z.string().max(5), deep: z.array(z.strictObject({ n: z.number() })).optional() }),
    answers: { status: 200, body: z.object({ name: z.string() }) },
    handle: async ({ body }) => ({ body }),
  }),
  route({
    method: 'DELETE',
    path: '/things/{thing}',
    summary: 'Delete',
    permission: 'public',
    answers: { status: 204 },
    handle: async ({ params }) => {
      if (params.thing === 'gone') throw new Fault('NOT_FOUND', 'no such thing')
      if (params.thing === 'broken') throw new Error('a mistake with a private detail')
      if (params.thing === 'away') throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
      return { body: undefined }
    },
  }),
]

let waits = 0
let isPostgresAway = false
const deps: AppDeps = {
  routes,
  log,
  publicOrigin: undefined,
  trustedProxies: [],
  notReady: async () => undefined,
  everythingInForce: async () => {
    if (isPostgresAway) throw new Fault('UNAVAILABLE', 'Postgres is away')
    waits += 1
  },
  records: { find: async () => undefined, claim: () => async () => undefined, forget: async () => undefined },
  findOrg: async (_principal, name) => (name === 'acme' ? org : undefined),
  authenticate: async (request) => {
    if (request.get('authorization') !== 'Bearer good') throw new Fault('UNAUTHORIZED', 'nobody')
    return { kind: 'user', via: 'sign-in', userId: 'usr_1', email: 'a@b.example', name: 'A', signInId: 'ses_1' }
  },
}

let server: ListeningHttp
let api: ReturnType<typeof supertest>
beforeAll(async () => {
  server = await listenHttp({ host: '127.0.0.1', port: 0 }, createApp(deps))
  api = supertest(`http://127.0.0.1:${server.port}`)
})
afterAll(() => server.close(100))

const signedIn = { authorization: 'Bearer good' }

describe('the REST side', () => {
  it('shows only the declared fields of an answer', async () => {
    const answer = await api.get('/api/v1/orgs/acme/things?limit=7').set(signedIn).expect(200)
    expect(answer.body).toEqual({ limit: 7, slug: 'acme' })
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-frame-options': 'DENY',
    })
    expect(answer.headers['pma-request-id']).toMatch(/^req_/)
    expect(answer.headers.etag).toBeUndefined()
    expect(answer.headers['x-powered-by']).toBeUndefined()
  })

  it('answers with the same 404 for every organization that is not found for the person', async () => {
    const answers = await Promise.all(
      ['org_2', 'other', 'a.b', '%00'].map((name) => api.get(`/api/v1/orgs/${name}/things`).set(signedIn)),
    )
    for (const { status, body } of answers) {
      expect(status).toBe(404)
      expect({ ...body, requestId: '' }).toEqual({ ...answers[0]?.body, requestId: '' })
    }
  })

  it('checks who asks, then the organization, then the permission, before it reads the body', async () => {
    await api.post('/api/v1/orgs/acme/things').send({}).expect(401)
    await api.post('/api/v1/orgs/nowhere/things').set(signedIn).send({}).expect(404)
    const answer = await api.post('/api/v1/orgs/acme/things').set(signedIn).type('text').send('x').expect(403)
    expect(answer.body).toMatchObject({ code: 'FORBIDDEN', detail: expect.stringContaining('member') })
  })

  it.each([
    [{ name: 1 }, ['/name']],
    [{}, ['/name']],
    [{ name: 'abcdef' }, ['/name']],
    [{ name: 'a', more: 1 }, ['/more']],
    [{ name: 'a', deep: [{ n: 1 }, { n: 'x', 'y/z': 1 }] }, ['/deep/1/n', '/deep/1/*']],
    [[], ['']],
  ])('answers 400 to %j and names the bad fields: %j', async (body, pointers) => {
    const answer = await api
      .post('/api/v1/echo')
      .send(body)
      .expect(400)
      .expect('content-type', /^application\/problem\+json/)
    expect(answer.body.code).toBe('INVALID_REQUEST')
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(pointers)
  })

  it('does not repeat a value that was sent as the name of a field or a parameter, in an answer or a log', async () => {
    const value = 'sk-proj-4f9aBcDeFgHiJkLm'
    for (const body of [{ name: 'a', [value]: 1 }, `{"${value}":1,"${value}":2}`]) {
      const answer = await api.post('/api/v1/echo').type('json').send(body).expect(400)
      expect(answer.body.errors).toEqual([{ pointer: '/*', detail: expect.any(String) }])
    }
    for (const query of [`${value}=1`, `${value}=1&${value}=2`]) {
      const answer = await api.get(`/api/v1/orgs/acme/things?${query}`).set(signedIn).expect(400)
      expect(answer.text).not.toContain(value)
    }
    expect(logged()).not.toContain(value)
  })

  it.each([
    ['{"name":"a","name":"b"}', 400, 'INVALID_REQUEST'],
    ['{"name":', 400, 'INVALID_REQUEST'],
    ['', 400, 'INVALID_REQUEST'],
    [`{"name":"${'a'.repeat(300_000)}"}`, 413, 'TOO_LARGE'],
  ])('refuses the body %.20s with %i', async (body, status, code) => {
    const answer = await api.post('/api/v1/echo').type('json').send(body).expect(status)
    expect(answer.body.code).toBe(code)
  })

  it('accepts only JSON in UTF-8 without a content encoding, and answers 415 to anything else', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
      'application/jsonp',
    ]) {
      const answer = await api.post('/api/v1/echo').set('content-type', type).send('{"name":"a"}')
      expect([type, answer.status]).toEqual([type, 415])
    }
    await api
      .post('/api/v1/echo')
      .set('content-type', 'application/json; charset=utf-8')
      .send('{"name":"a"}')
      .expect(200)
    await api.post('/api/v1/echo').type('json').set('content-encoding', 'gzip').send('{"name":"a"}').expect(415)
  })

  it('refuses a parameter that is unknown or given twice with 400, and names it', async () => {
    const twice = await api.get('/api/v1/orgs/acme/things?limit=1&limit=2').set(signedIn).expect(400)
    expect(twice.body.errors[0].pointer).toBe('limit')
    const unknown = await api.get('/api/v1/orgs/acme/things?force=1').set(signedIn).expect(400)
    expect(unknown.body.errors[0].pointer).toBe('force')
    await api.get('/api/v1/orgs/acme/things?limit=101').set(signedIn).expect(400)
  })

  it('answers 404 to an unknown path, 405 with Allow to a wrong method, and 400 to a broken escape', async () => {
    await api
      .get('/api/v1/nothing')
      .expect(404)
      .expect('content-type', /problem/)
    const wrong = await api.put('/api/v1/orgs/acme/things').expect(405).expect('allow', 'GET, HEAD, POST')
    expect(wrong.body.code).toBe('INVALID_METHOD')
    await api.options('/api/v1/echo').expect(405).expect('allow', 'POST')
    await api.post('/api/v1/openapi.json').expect(405).expect('allow', 'GET, HEAD')
    await api
      .delete('/api/v1/things/%E0%A4%A')
      .expect(400)
      .expect('content-type', /problem/)
  })

  it('says in words what is wrong with a broken escape, and names no field', async () => {
    const { body } = await api.delete('/api/v1/things/%zz').expect(400)
    expect(body).toMatchObject({ code: 'INVALID_REQUEST', detail: expect.stringContaining('a % that does not begin') })
    expect(body).not.toHaveProperty('errors')
  })

  it('answers 503 to an outage of Postgres, and 500 without the detail to an unexpected error', async () => {
    const away = await api.delete('/api/v1/things/away').expect(503).expect('retry-after', /^\d+$/)
    expect(away.body.code).toBe('UNAVAILABLE')
    const broken = await api.delete('/api/v1/things/broken').expect(500)
    expect(JSON.stringify(broken.body)).not.toContain('private detail')
    const lines = logged().split('\n')
    expect(lines.some((line) => line.includes('private detail') && line.includes(broken.body.requestId))).toBe(true)
  })

  it('RETRYWAITS: a deletion that finds nothing waits for what was committed before it', async () => {
    const before = waits
    await api.delete('/api/v1/things/gone').expect(404)
    expect(waits).toBe(before + 1)
  })

  it('RETRYWAITS: answers 503, not 404, to a deletion that finds nothing and cannot wait', async () => {
    isPostgresAway = true
    const { body } = await api.delete('/api/v1/things/gone').expect(503)
    isPostgresAway = false
    expect(body.code).toBe('UNAVAILABLE')
  })

  it('refuses a body where none is declared, except an empty object', async () => {
    await api.delete('/api/v1/things/x').expect(204)
    await api.delete('/api/v1/things/x').send({}).expect(204)
    await api.delete('/api/v1/things/x').send({ force: true }).expect(400)
  })

  it('serves its contract, with every route and its permission', async () => {
    const { body } = await api.get('/api/v1/openapi.json').expect(200)
    expect(body.openapi).toBe('3.1.0')
    expect(Object.keys(body.paths)).toEqual(['/orgs/{org}/things', '/echo', '/things/{thing}'])
    expect(body.paths['/orgs/{org}/things'].post).toMatchObject({
      'x-permission': 'apps:write',
      operationId: 'postOrgsOrgThings',
    })
    expect(body.paths['/echo'].post.requestBody.content['application/json'].schema).toMatchObject({
      additionalProperties: false,
    })
  })

  it('lists each code in its contract once, without HEADERS_TOO_LARGE, which is shown as another code', async () => {
    const { body } = await api.get('/api/v1/openapi.json').expect(200)
    const codes: string[] = body.components.schemas.Problem.properties.code.enum
    expect(codes).toEqual(expect.arrayContaining(['INVALID_REQUEST', 'TOO_LARGE', 'UNAVAILABLE']))
    expect([new Set(codes).size, codes.includes('HEADERS_TOO_LARGE')]).toEqual([codes.length, false])
  })

  it('answers 400 to what is not HTTP, and 431 to header fields over the bound', async () => {
    expect(await raw(server.port, 'NONSENSE\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 .*application\/problem\+json.*INVALID_REQUEST/s,
    )
    const long = await raw(server.port, `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`)
    expect(long).toMatch(/^HTTP\/1\.1 431 .*"code":"TOO_LARGE"/s)
  })

  it('answers 400 to a request without Host, and serves the next one', async () => {
    const get = 'GET /healthz HTTP/1.1\r\n'
    const answers = await raw(server.port, `${get}\r\n${get}host: x\r\nconnection: close\r\n\r\n`)
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200'])
  })
})

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
  })
}
