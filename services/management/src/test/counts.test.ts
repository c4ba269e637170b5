import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newToken, tokenHash } from '@protectmyapi/service-kit/credentials/tokens'
import { asFault } from '@protectmyapi/service-kit/faults'
import { systemActor } from '../audit/audit-entry.js'
import { registerInternalService } from '../internal-services/register-internal-service.js'
import { PASSWORD, restHarness } from './rest-harness.js'

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')
const org = await house.organization(owner, 'Full')
const phone = { name: 'Phone', slug: 'phone', platform: 'ios' }
const app: string = (await owner.ask('POST', `/orgs/${org}/apps`, phone)).body.id

/** Status and code of an answer. */
type Outcome = string

interface Counted {
  /** Inserts rows directly into the database. */
  readonly fill: (count: number) => Promise<unknown>
  /** How many exist before `fill`. */
  readonly there: number
  readonly create: (nth: number) => Promise<Outcome>
}

const asked = async (path: string, body: object): Promise<Outcome> => {
  const answer = await owner.ask('POST', path, body)
  return [answer.status, answer.body.code].join(' ').trim()
}

const insert = (columns: string, values: string, count: number): Promise<unknown> =>
  house.db.raw(`INSERT INTO ${columns} SELECT ${values} FROM generate_series(1, ${count}) AS n`)

const HASH = "decode(md5(n::text) || md5('of' || n), 'hex')"
const LATER = "now() + interval '1 hour'"

const apps = (): Counted => ({
  there: 1,
  fill: (count) =>
    insert(
      'apps (id, organization_id, slug, name, platform, token, policy)',
      `'app_f' || n, '${org}', 'f-' || n, 'F', 'ios', 'token' || n, 'audit'`,
      count,
    ),
  create: (nth) => asked(`/orgs/${org}/apps`, { name: 'A', slug: `more-${nth}`, platform: 'ios' }),
})

const services = (): Counted => ({
  there: 0,
  fill: (count) =>
    insert(
      'services (id, organization_id, slug, name, base_url, auth, extra_headers, methods, paths, limits, timeout_ms)',
      `'svc_f' || n, '${org}', 'f-' || n, 'F', 'https://api.example.com', '{"type":"none"}', '[]', '{}', '{}', '[]', 1000`,
      count,
    ),
  create: (nth) =>
    asked(`/orgs/${org}/services`, { name: 'S', slug: `more-${nth}`, baseUrl: 'https://api.example.com' }),
})

const secrets = (): Counted => ({
  there: 0,
  fill: (count) =>
    insert(
      'secrets (id, organization_id, name, state, generation, version_id, mask, bindings, created_by)',
      `'sec_f' || n, '${org}', 'F_' || n, 'active', 1, 'ver_f' || n, '****', '{}', 'usr_owner'`,
      count,
    ),
  create: (nth) =>
    asked(`/orgs/${org}/secrets`, { name: `MORE_${nth}`, value: 'sk-more-0123456789', preset: 'openai' }),
})

const debugTokens = (): Counted => ({
  there: 0,
  fill: (count) =>
    insert(
      'debug_tokens (id, organization_id, app_id, name, token_hash, created_by, expires_at)',
      `'dbt_f' || n, '${org}', '${app}', 'F', ${HASH}, 'usr_owner', ${LATER}`,
      count,
    ),
  create: (nth) => asked(`/orgs/${org}/apps/${app}/debug-tokens`, { name: `t${nth}`, expiresInHours: 1 }),
})

const invitations = (): Counted => ({
  there: 0,
  fill: (count) =>
    insert(
      'invitations (id, organization_id, email, role, token_hash, created_by, expires_at)',
      `'inv_f' || n, '${org}', 'f' || n || '@example.com', 'member', ${HASH}, 'usr_owner', ${LATER}`,
      count,
    ),
  create: (nth) => asked(`/orgs/${org}/invitations`, { email: `more${nth}@example.com`, role: 'member' }),
})

const organizations = (): Counted => ({
  there: 1,
  async fill(count) {
    await insert('organizations (id, slug, name, state)', `'org_f' || n, 'f-' || n, 'F', 'active'`, count)
    await insert('members (organization_id, user_id, role)', `'org_f' || n, '${owner.id}', 'owner'`, count)
  },
  create: (nth) => asked('/orgs', { name: `More ${nth}` }),
})

const internalServices = (): Counted => ({
  there: 0,
  fill: (count) =>
    insert(
      'internal_services (id, spiffe_id, organization_id, name)',
      `'isv_f' || n, 'spiffe://protectmyapi.local/ns/apps/sa/f' || n, '${org}', 'f' || n`,
      count,
    ),
  create: (nth) =>
    registerInternalService(
      { db: house.db, trustDomain: 'protectmyapi.local', namespace: 'protectmyapi' },
      systemActor('operator'),
      { organization: org, name: `more${nth}`, spiffeId: `spiffe://protectmyapi.local/ns/apps/sa/more${nth}` },
    ).then(
      () => '201',
      (err: unknown) => `409 ${asFault(err).code}`,
    ),
})

/** Three people who were invited before the organization was full. */
const members = async (): Promise<Counted> => {
  const full = await house.organization(await house.person('host'), 'Members')
  const guests = await Promise.all(['g0', 'g1', 'g2'].map((name) => house.person(name)))
  const tokens = guests.map(() => newToken('invitation'))
  await house.db('invitations').insert(
    guests.map(({ email }, nth) => ({
      id: `inv_g${nth}`,
      organization_id: full,
      email,
      role: 'member',
      token_hash: tokenHash(tokens[nth] ?? ''),
      created_by: 'usr_host',
      expires_at: new Date(Date.now() + 3_600_000),
    })),
  )
  return {
    there: 1,
    async fill(count) {
      await insert('users (id, email, name)', `'usr_f' || n, 'f' || n || '@example.com', 'F'`, count)
      await insert('members (organization_id, user_id, role)', `'${full}', 'usr_f' || n, 'member'`, count)
    },
    async create(nth) {
      const answer = await guests[nth]?.ask('POST', '/invitations/accept', { token: tokens[nth] })
      return answer?.status === 200 ? '201' : `${answer?.status} ${answer?.body.code}`
    },
  }
}

describe('at one below the maximum, one of three simultaneous creations succeeds, two get 409 CONFLICT:', () => {
  it.each([
    ['apps', 500, apps],
    ['API services', 500, services],
    ['secrets', 2_000, secrets],
    ['debug tokens of an app', 100, debugTokens],
    ['open invitations', 200, invitations],
    ['organizations of an owner', 100, organizations],
    ['internal services', 100, internalServices],
    ['members', 1_000, members],
  ])('%s, %i', async (_what, max, make) => {
    const { fill, there, create } = await make()
    await fill(max - 1 - there)
    const outcomes = await Promise.all([0, 1, 2].map(create))
    expect(outcomes.sort()).toEqual(['201', '409 CONFLICT', '409 CONFLICT'])
  })
})

it('a person who has 50 sign-ins loses the oldest one when another begins', async () => {
  const busy = await house.person('busy')
  const inForce = (): Promise<{ id: string }[]> =>
    house.db('sign_ins').where('user_id', busy.id).whereRaw('expires_at > now()').orderBy('id').select('id')
  await house.db.raw(
    `INSERT INTO sign_ins (id, token_hash, user_id, expires_at, address, user_agent)
     SELECT 'ses_0' || lpad(n::text, 3, '0'), ${HASH}, ?, ${LATER}, '::1', '' FROM generate_series(1, 49) AS n`,
    [busy.id],
  )
  await house.anonymous('POST', '/auth/sign-in', { email: busy.email, password: PASSWORD }).expect(200)
  const left = await inForce()
  expect([left.length, left[0]?.id]).toEqual([50, 'ses_0002'])
})
