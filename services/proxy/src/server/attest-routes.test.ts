import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { startUpstream, type Upstream } from '../test/start-upstream.js'

let upstream: Upstream
let proxy: ProxyUnderTest

beforeAll(async () => {
  upstream = await startUpstream((_received, response) => response.end('ok'))
  proxy = await startProxy(upstream.port)
})
beforeEach(() => void proxy.plane.proofs.splice(0))
afterAll(async () => {
  await proxy.close()
  await upstream.close()
})

const JSON_HEADERS = { 'content-type': 'application/json' }
const post = async (path: string, body: unknown) => {
  const answer = await proxy.send('POST', path, { headers: JSON_HEADERS, body: JSON.stringify(body) })
  return { ...answer, json: JSON.parse(answer.body) }
}

const keyId = randomBytes(32)
const statement = randomBytes(6_000)
const installation = '0b9d8a4e-7a52-4f4b-9f6e-0d2a5c1b7e90'
const app = newToken('app')

/** Each way, with what the platform’s API returns, and what management is asked. */
const WAYS = [
  {
    path: '/v1/attest/apple',
    sent: { challenge: 'a.b.c', keyId: keyId.toString('base64'), attestation: statement.toString('base64') },
    proof: { appleRegistration: { challenge: 'a.b.c', keyId, attestation: statement } },
  },
  {
    path: '/v1/attest/apple/assert',
    sent: { challenge: 'a.b.c', keyId: keyId.toString('base64url'), assertion: statement.toString('base64url') },
    proof: { appleAssertion: { challenge: 'a.b.c', keyId, assertion: statement } },
  },
  {
    path: '/v1/attest/android',
    sent: { challenge: 'a.b.c', installation, token: 'ey.J' },
    proof: { playIntegrity: { challenge: 'a.b.c', installation, token: 'ey.J' } },
  },
  {
    path: '/v1/attest/appcheck',
    sent: { app, installation, token: 'ey.J' },
    proof: { appCheck: { appToken: app, installation, token: 'ey.J' } },
  },
]

describe('a challenge', () => {
  it('is asked for with the app token, and not stored by anybody between', async () => {
    const answer = await post('/v1/attest/challenge', { app })
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    expect(answer.json).toEqual({ challenge: 'a-challenge', expiresAt: '2023-11-14T22:13:20.000Z' })
  })

  it('is refused to what is no app token', async () => {
    const answer = await post('/v1/attest/challenge', { app: 'pma_dbg_x' })
    expect([answer.status, answer.json.code]).toEqual([401, 'INVALID_TOKEN'])
  })
})

describe.each(WAYS)('$path', ({ path, sent, proof }) => {
  it('takes what the platform returned to management, and answers with the session', async () => {
    const answer = await post(path, sent)
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    expect(answer.json).toEqual({ token: 'pma_ses_a.b.c', expiresAt: '2023-11-14T22:13:20.000Z', device: 'dvc_1' })
    expect(proxy.plane.proofs).toEqual([proof])
  })

  it('refuses a body that lacks any of its fields or has another one, and names it', async () => {
    for (const field of Object.keys(sent)) {
      const answer = await post(path, { ...sent, [field]: undefined })
      expect([answer.status, answer.json.code]).toEqual([400, 'INVALID_REQUEST'])
      expect(answer.json.errors).toMatchObject([{ pointer: `/${field}` }])
    }
    expect((await post(path, { ...sent, policy: 'off' })).status).toBe(400)
    expect(proxy.plane.proofs).toEqual([])
  })

  it('takes no body above 32 KiB, and no method but POST', async () => {
    expect((await post(path, { ...sent, challenge: 'x'.repeat(33 * 1_024) })).status).toBe(413)
    const got = await proxy.send('GET', path, { headers: {} })
    expect([got.status, got.headers.allow]).toEqual([405, 'POST'])
  })
})

describe('what an app sends wrong most easily', () => {
  it.each([
    ['/v1/attest/apple', { keyId: keyId.subarray(1).toString('base64') }, '/keyId'],
    ['/v1/attest/apple', { keyId: 'no base64!' }, '/keyId'],
    ['/v1/attest/apple', { attestation: '=' }, '/attestation'],
    ['/v1/attest/android', { installation: 'short' }, '/installation'],
    ['/v1/attest/android', { installation: `${installation}.` }, '/installation'],
  ])('%s with %j is told which field', async (path, wrong, pointer) => {
    const way = WAYS.find((one) => one.path === path)
    const answer = await post(path, { ...way?.sent, ...wrong })
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ pointer }] } })
  })
})

it.each([
  ['/v1/attest/devicecheck', 501, 'NOT_IMPLEMENTED'],
  ['/v1/attest/', 404, 'NOT_FOUND'],
  ['/v1/attest/constructor', 404, 'NOT_FOUND'],
  ['/v1/attest/apple/', 404, 'NOT_FOUND'],
])('%s is answered with %d %s', async (path, status, code) => {
  const answer = await post(path, {})
  expect([answer.status, answer.json.code]).toEqual([status, code])
})
