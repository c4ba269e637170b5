import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { TEST_SESSION_TYP, TestSessionClaims } from '@protectmyapi/service-kit/credentials/app-session'
import { newId } from '@protectmyapi/service-kit/ids'
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose'
import { signingKeyInForce } from '../keys/signing-key-rows.js'
import { restHarness } from '../test/rest-harness.js'
import type { ProxyAnswer, ProxyRequest } from './call-proxy.js'

const ANSWER: ProxyAnswer = {
  status: 200,
  contentType: 'application/json',
  requestId: 'req_1',
  body: '{"models":[]}',
  complete: true,
}

const sent: ProxyRequest[] = []

const house = await startForAllTests(() =>
  restHarness({
    callProxy: async (request) => {
      sent.push(request)
      return ANSWER
    },
  }),
)
await house
  .asOwner()('installation')
  .insert({ id: newId('installation') })
  .onConflict('only_row')
  .merge()
await house.keys.tend()
const owner = await house.person('owner')
const admin = await house.person('admin')
const member = await house.person('member')
const org = await house.organization(owner, 'Tests')
await house.join(org, admin, 'admin')
await house.join(org, member, 'member')
await owner
  .ask('POST', `/orgs/${org}/secrets`, { name: 'OPENAI_API_KEY', value: 'sk-test-call-0123456789' })
  .expect(201)
const fields = { name: 'OpenAI', slug: 'openai', preset: 'openai' }
const service: string = (await owner.ask('POST', `/orgs/${org}/services`, fields).expect(201)).body.id

beforeEach(async () => {
  sent.length = 0
  await house.db('rate_buckets').delete()
})

const path = () => `/orgs/${org}/services/${service}/test-call`
const tested = () => house.db('audit').where({ organization_id: org, event: 'service.tested' }).orderBy('id')

describe('a test call', () => {
  it('goes through the proxy with a session of 30 s for this person and service, which is not shown', async () => {
    const request = { method: 'POST', path: '/v1/models', query: 'a=b', headers: { 'x-own': '1' }, body: '{}' }
    const { body } = await admin.ask('POST', path(), request).expect(200)
    expect(body).toMatchObject({ ...ANSWER, sessionId: expect.stringMatching(/^ses_/) })
    const [one] = sent
    expect(one).toMatchObject({ method: 'POST', target: '/v1/p/openai/v1/models?a=b', body: '{}' })
    const { 'x-test-session': token = '', ...headers } = one?.headers ?? {}
    expect(headers).toEqual({ 'x-own': '1' })
    const jws = token.slice('pma_ses_'.length)
    expect(decodeProtectedHeader(jws).typ).toBe(TEST_SESSION_TYP)
    const { publicJwk } = await signingKeyInForce(house.db, 'session')
    const { payload } = await compactVerify(jws, await importJWK({ ...publicJwk }, 'EdDSA'))
    const claims = TestSessionClaims.parse(JSON.parse(Buffer.from(payload).toString()))
    expect(claims).toMatchObject({ jti: body.sessionId, org, svc: service, usr: admin.id })
    expect(claims.exp - claims.iat).toBeCloseTo(30)
    expect(JSON.stringify(body)).not.toContain(token)
  })

  it('is written into the audit trail without its query, headers and body', async () => {
    const request = {
      method: 'POST',
      path: '/v1/models',
      query: 'key=hidden',
      headers: { 'x-own': 'hidden' },
      body: 'hidden',
    }
    const { body } = await owner.ask('POST', path(), request).expect(200)
    const row = (await tested()).at(-1)
    expect(row).toMatchObject({
      actor_id: owner.id,
      target_id: service,
      details: { slug: 'openai', method: 'POST', path: '/v1/models', session: body.sessionId },
    })
    expect(JSON.stringify(row)).not.toContain('hidden')
  })

  it('is refused with 403 for members, who may not change services', async () => {
    await member.ask('POST', path(), { path: '/v1/models' }).expect(403)
    expect(sent).toEqual([])
  })

  it('is limited per person: one refused with 429 is neither sent nor written into the audit trail', async () => {
    const before = (await tested()).length
    const statuses: number[] = []
    for (let at = 0; at < 12; at += 1) statuses.push((await owner.ask('POST', path(), { path: '/v1/x' })).status)
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(statuses).toContain(429)
    const made = statuses.filter((status) => status === 200).length
    expect([sent.length, (await tested()).length - before]).toEqual([made, made])
    await admin.ask('POST', path(), { path: '/v1/x' }).expect(200)
  })

  it.each<[string, object]>([
    ['/path', { path: 'v1' }],
    ['/path', { path: '/v1?a=b' }],
    ['/path', { path: '/v1 HTTP/1.1\r\nx: y' }],
    ['/query', { path: '/v1', query: 'a#b' }],
    ['/headers/host', { path: '/v1', headers: { host: 'evil.example' } }],
    ['/headers/x-a', { path: '/v1', headers: { 'x-a': 'b\r\nc: d' } }],
    ['/headers/pma-x', { path: '/v1', headers: { 'pma-x': 'y' } }],
    ['/headers', { path: '/v1', headers: { 'x-a': '1', X_A: '2' } }],
    ['/method', { path: '/v1', method: 'CONNECT' }],
    ['/baseUrl', { path: '/v1', baseUrl: 'https://evil.example' }],
  ])('is refused with 400 at %s and not sent', async (pointer, body) => {
    const answer = await owner.ask('POST', path(), body).expect(400)
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer])
    expect(sent).toEqual([])
  })
})
