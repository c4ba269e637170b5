import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { z } from 'zod'
import { restHarness } from '../test/rest-harness.js'
import { IDEMPOTENCY_LIMITS } from './idempotency-limits.js'

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')

let org: string
let count = 0
beforeEach(async () => {
  count += 1
  org = await house.organization(owner, `Once ${count}`)
})

const post = (path: string, body: object, key = `key-${count}`) =>
  owner.ask('POST', path, body).set('idempotency-key', key)

const VALUE = 'sk-idempotent-0123456789'
const SECRET = { name: 'OPENAI_API_KEY', value: VALUE }
const SERVICE = { name: 'S', slug: 'example', baseUrl: 'https://api.example.com' }
const APP = { name: 'A', slug: 'phone', platform: 'ios' }
const createSecret = (fields: object = {}) => post(`/orgs/${org}/secrets`, { ...SECRET, ...fields })

/** Creations whose answer can be given again. */
const SHOWN_AGAIN = [
  ['secret', () => createSecret()],
  ['service', () => post(`/orgs/${org}/services`, SERVICE)],
  ['app', () => post(`/orgs/${org}/apps`, APP)],
  ['organization', () => post('/orgs', { name: `Made ${count}` })],
] as const

describe.each(SHOWN_AGAIN)('the %s whose creation is sent again with the same Idempotency-Key', (_kind, create) => {
  it('is made once; the second answer shows the same with its ETag and Idempotent-Replayed: true', async () => {
    const first = await create().expect(201)
    expect(first.headers['idempotent-replayed']).toBeUndefined()
    const second = await create().expect(201)
    expect(second.headers['idempotent-replayed']).toBe('true')
    expect(second.headers.etag).toBe(first.headers.etag)
    expect({ ...second.body, inForce: 0 }).toEqual({ ...first.body, inForce: 0 })
  })

  it('RETRYWAITS: is shown again only once the second answer has waited as well', async () => {
    await create().expect(201)
    const { waited, answer } = await house.heldUp(create())
    expect([answer.status, waited]).toEqual([201, true])
  })

  it('is made once by ten equal requests at the same time, and each of them is answered 201 with its id', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => create()))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1)
  })
})

describe('a token that is shown once', () => {
  const DEBUG_TOKEN = { name: 'mac', expiresInHours: 1 }

  it('is made once; a repeated creation is answered 409 with its location and without the token', async () => {
    await owner.ask('POST', `/orgs/${org}/apps`, APP).expect(201)
    const creations = [
      [`/orgs/${org}/apps/phone/debug-tokens`, DEBUG_TOKEN, 'debug_tokens'],
      [`/orgs/${org}/invitations`, { email: 'guest@example.com', role: 'member' }, 'invitations'],
    ] as const
    for (const [path, body, table] of creations) {
      const first = await post(path, body, `${table}-${count}`).expect(201)
      const second = await post(path, body, `${table}-${count}`).expect(409)
      expect(second.body.code).toBe('TOKEN_SHOWN_ONCE')
      expect(second.headers.location).toBe(`/api/v1${path}/${first.body.id}`)
      expect(JSON.stringify(second.body)).not.toContain(first.body.token)
      expect(await house.db(table).where('organization_id', org)).toHaveLength(1)
    }
  })
})

describe('an Idempotency-Key', () => {
  it('is refused with 422 when it comes again with another body or for another path', async () => {
    await post(`/orgs/${org}/apps`, APP).expect(201)
    for (const other of [
      post(`/orgs/${org}/apps`, { ...APP, slug: 'tablet' }),
      post(`/orgs/${org}/services`, SERVICE),
    ]) {
      expect((await other.expect(422)).body.code).toBe('IDEMPOTENCY_KEY_REUSED')
    }
  })

  it('makes two requests one if they differ only in slug or id in the path and in the order of fields', async () => {
    const { body } = await owner.ask('GET', `/orgs/${org}`).expect(200)
    const first = await post(`/orgs/${org}/apps`, APP).expect(201)
    const { platform, ...rest } = APP
    const second = await post(`/orgs/${body.slug}/apps`, { platform, ...rest }).expect(201)
    expect(second.body.id).toBe(first.body.id)
  })

  it('belongs to one person: another person may use the same key for a request of their own', async () => {
    const other = await house.person(`other${count}`)
    await house.join(org, other, 'admin')
    const first = await post(`/orgs/${org}/apps`, APP).expect(201)
    const same = await other
      .ask('POST', `/orgs/${org}/apps`, { ...APP, slug: 'theirs' })
      .set('idempotency-key', `key-${count}`)
      .expect(201)
    expect(same.body.id).not.toBe(first.body.id)
  })

  it('stays usable after the requests that carried it were refused', async () => {
    await owner.ask('POST', `/orgs/${org}/apps`, APP).expect(201)
    await post(`/orgs/${org}/apps`, APP).expect(409)
    await post(`/orgs/${org}/apps`, { ...APP, platform: 'none' }).expect(400)
    await post(`/orgs/${org}/apps`, { ...APP, slug: 'tablet' }).expect(201)
  })

  it('does not replace role and membership: the repeated request is answered 403 and 404 without them', async () => {
    const member = await house.person(`member${count}`)
    await house.join(org, member, 'admin')
    const create = () => member.ask('POST', `/orgs/${org}/apps`, APP).set('idempotency-key', 'k')
    await create().expect(201)
    await house.db('members').where({ organization_id: org, user_id: member.id }).update({ role: 'member' })
    await create().expect(403)
    await house.db('members').where({ organization_id: org, user_id: member.id }).delete()
    await create().expect(404)
  })

  it('may be used for another request after a day, and its record is then pruned', async () => {
    const first = await post(`/orgs/${org}/apps`, APP).expect(201)
    const old = house.db.raw(`now() - interval '24 hours'`)
    await house.db('idempotency_records').where('made', first.body.id).update({ created_at: old })
    const second = await post(`/orgs/${org}/apps`, { ...APP, slug: 'tablet' }).expect(201)
    await house.db('idempotency_records').where('made', second.body.id).update({ created_at: old })
    await house.records.prune()
    expect(await house.db('idempotency_records').whereIn('made', [first.body.id, second.body.id])).toEqual([])
  })

  it.each(['two words', 'x'.repeat(256), 'é'])('is refused with 400 when it is %.10j', async (key) => {
    const { body } = await post(`/orgs/${org}/apps`, APP, encodeLatin(key)).expect(400)
    expect(body.errors[0].pointer).toBe('idempotency-key')
  })

  it('is refused with 429 when its person has the maximum of records; without a key the request succeeds', async () => {
    const busy = await house.person(`busy${count}`)
    await house.db.raw(
      `INSERT INTO idempotency_records (user_id, key_hash, fingerprint, made)
       SELECT ?, int4send(n), '', '' FROM generate_series(1, ?) AS n`,
      [busy.id, IDEMPOTENCY_LIMITS.recordsPerPerson],
    )
    const { body, headers } = await busy.ask('POST', '/orgs', { name: 'X' }).set('idempotency-key', 'k').expect(429)
    expect([body.code, headers['retry-after']]).toEqual(['RATE_LIMITED', '3600'])
    await busy.ask('POST', '/orgs', { name: 'X' }).expect(201)
  })

  it('is accepted by every route with which a signed-in person creates something', () => {
    const creations = house.routes.filter(
      ({ method, answers, permission }) => method === 'POST' && answers.status === 201 && permission !== 'public',
    )
    expect(creations.filter(({ once }) => !once)).toEqual([])
    expect(creations.length).toBeGreaterThanOrEqual(6)
  })
})

describe('what is stored to tell whether two requests are the same', () => {
  it('is the same for any content of a write-only field, on every route', () => {
    const looked: string[] = []
    for (const { once, body, path } of house.routes) {
      if (!once || !body) continue
      const { properties = {} } = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' })
      for (const [name, schema] of Object.entries(properties)) {
        if (typeof schema !== 'object' || !schema.writeOnly) continue
        looked.push(`${path} ${name}`)
        expect(JSON.stringify(once.compared({ [name]: 'one', x: 1 }))).toBe(
          JSON.stringify(once.compared({ [name]: 'two', x: 1 })),
        )
      }
    }
    expect(looked).toEqual(['/orgs/{org}/secrets value'])
  })

  it('holds neither the value of a secret nor a digest of it', async () => {
    await createSecret().expect(201)
    const { rows } = await house.db.raw('SELECT idempotency_records::text AS text FROM idempotency_records')
    const all = rows.map(({ text }: { text: string }) => text).join()
    const digests = ['sha256', 'sha1', 'md5', 'sha512'].map((name) => createHash(name).update(VALUE).digest('hex'))
    for (const trace of [VALUE, Buffer.from(VALUE).toString('hex'), ...digests]) expect(all).not.toContain(trace)
  })
})

describe('a creation of a secret that is sent again', () => {
  it('is refused with 409 if its value differs: that is on record, and the first value stays', async () => {
    const first = await createSecret().expect(201)
    for (const value of ['sk-idempotent-9876543210', 'sk-idempotent-012345678', 'whsec_other-0123456789']) {
      const { body } = await createSecret({ value }).expect(409)
      expect(body.code).toBe('CONFLICT')
      expect(JSON.stringify(body)).not.toContain(value)
    }
    const row = await house.db('secrets').where('id', first.body.id).first()
    expect(house.vault.valueOf(row.version_id)).toBe(VALUE)
    const events = await house.db('audit').where('target_id', first.body.id).orderBy('id').select('event')
    expect(events.filter(({ event }) => event === 'secret.creation-repeated-differently')).toHaveLength(3)
  })

  it('finishes the first one when the vault was away then, and makes one secret in all', async () => {
    house.vault.setAway(true)
    await createSecret().expect(503)
    await createSecret().expect(503)
    house.vault.setAway(false)
    const { body, headers } = await createSecret().expect(201)
    expect(headers['idempotent-replayed']).toBe('true')
    const row = await house.db('secrets').where('id', body.id).first()
    expect(house.vault.valueOf(row.version_id)).toBe(VALUE)
    expect(await house.db('secrets').where('organization_id', org)).toHaveLength(1)
  })

  it('makes a new secret when the first one was abandoned', async () => {
    house.vault.failNext('putSecret', 'before')
    await createSecret().expect(503)
    const [abandoned] = await house.db('secrets').where('organization_id', org)
    expect(abandoned.state).toBe('abandoned')
    const { body } = await createSecret().expect(201)
    expect(body.id).not.toBe(abandoned.id)
    expect((await createSecret().expect(201)).body.id).toBe(body.id)
  })

  it('is answered 503, and not recorded as one of another value, when the first one was cut off', async () => {
    house.vault.failNext('putSecret', 'before')
    house.vault.failNext('settleVersion', 'after')
    await createSecret().expect(503)
    expect(await house.db('secret_versions').where('organization_id', org).select('state')).toEqual([
      { state: 'pending' },
    ])
    await createSecret().expect(503)
    const events = await house.db('audit').where('organization_id', org).select('event')
    expect(events).not.toContainEqual({ event: 'secret.creation-repeated-differently' })
  })

  it('is refused with 409 once the secret was replaced or deleted', async () => {
    const { body } = await createSecret().expect(201)
    await owner.ask('PUT', `/orgs/${org}/secrets/${body.id}/value`, { value: 'sk-next-0123456789' }).expect(200)
    expect((await createSecret().expect(409)).body.detail).toMatch(/replaced or deleted/)
    await owner.ask('DELETE', `/orgs/${org}/secrets/${body.id}`).expect(200)
    await createSecret().expect(409)
  })
})

describe('the creation of something that was deleted since, sent again with the same Idempotency-Key', () => {
  it.each([
    ['services', SERVICE],
    ['apps', APP],
  ])('is refused with 409 for %s, and the answer names the deleted thing', async (kind, body) => {
    const made = await post(`/orgs/${org}/${kind}`, body).expect(201)
    await owner.ask('DELETE', `/orgs/${org}/${kind}/${made.body.id}`).expect(204)
    expect((await post(`/orgs/${org}/${kind}`, body).expect(409)).body.detail).toContain(made.body.id)
  })
})

/** Header fields are bytes, which Node writes from Latin-1 text. */
const encodeLatin = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
