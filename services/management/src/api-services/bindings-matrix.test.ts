import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { type Placement, placementKey } from '@protectmyapi/service-kit/bindings'
import { type Person, restHarness } from '../test/rest-harness.js'
import { usesOf } from './uses-of.js'

/** Edit × origin × placement × role, for a secret of each placement: which of them take it where it is bound, and no other. */

const HOME = 'https://api.example.com'
const VALUE = 'sk-matrix-0123456789'

/** One secret for each placement; the name says which. */
const BOUND: Readonly<Record<string, Placement>> = {
  AUTHORIZATION: { kind: 'header', name: 'authorization' },
  X_KEY: { kind: 'header', name: 'x-key' },
  QUERY: { kind: 'query', name: 'key' },
  USER: { kind: 'basic-user' },
  PASSWORD: { kind: 'basic-password' },
  PATH: { kind: 'path', template: '/bot{}' },
}

const ORIGINS: readonly { readonly baseUrl: string; readonly isHome: boolean; readonly refusal: number }[] = [
  { baseUrl: HOME, isHome: true, refusal: 403 },
  // The same origin, written otherwise.
  { baseUrl: 'HTTPS://API.example.com:443/', isHome: true, refusal: 403 },
  { baseUrl: 'https://api.example.com:8443', isHome: false, refusal: 403 },
  { baseUrl: 'https://api.example.com.', isHome: false, refusal: 403 },
  { baseUrl: 'https://evil.example.com', isHome: false, refusal: 403 },
  { baseUrl: 'https://api.example.com.evil.example', isHome: false, refusal: 403 },
  { baseUrl: 'http://api.example.com', isHome: false, refusal: 400 },
]

interface Place {
  readonly said: string
  /** Where it puts the secret, as bindings say it. */
  readonly key: string
  fields(secret: string): object
}

const custom = (fields: object): object => ({ auth: { type: 'custom', ...fields }, extraHeaders: {} })
const auth = (fields: object): object => ({ auth: fields, extraHeaders: {} })

/** Every way in which a service can name a secret. */
const PLACES: readonly Place[] = [
  { said: 'bearer', key: 'header:authorization', fields: (secret) => auth({ type: 'bearer', secret }) },
  { said: 'header', key: 'header:x-key', fields: (secret) => auth({ type: 'header', name: 'X-Key', secret }) },
  {
    said: 'header of another name',
    key: 'header:x-log',
    fields: (secret) => auth({ type: 'header', name: 'x-log', secret }),
  },
  { said: 'query', key: 'query:key', fields: (secret) => auth({ type: 'query', name: 'key', secret }) },
  { said: 'query of another case', key: 'query:Key', fields: (secret) => auth({ type: 'query', name: 'Key', secret }) },
  {
    said: 'user',
    key: 'basic-user',
    fields: (secret) => auth({ type: 'basic', user: `{{${secret}}}`, password: 'x' }),
  },
  {
    said: 'password',
    key: 'basic-password',
    fields: (secret) => auth({ type: 'basic', user: 'x', password: `{{${secret}}}` }),
  },
  {
    said: 'custom header',
    key: 'header:authorization',
    fields: (secret) => custom({ headers: { Authorization: `Token {{${secret}}}` } }),
  },
  { said: 'custom query', key: 'query:key', fields: (secret) => custom({ query: { key: `{{${secret}}}` } }) },
  { said: 'custom path', key: 'path:/bot{}', fields: (secret) => custom({ path: `/bot{{${secret}}}` }) },
  {
    said: 'custom path elsewhere',
    key: 'path:/mine/bot{}',
    fields: (secret) => custom({ path: `/mine/bot{{${secret}}}` }),
  },
  {
    said: 'extra header',
    key: 'header:x-key',
    fields: (secret) => ({ auth: { type: 'none' }, extraHeaders: { 'x-key': `{{${secret}}}` } }),
  },
  {
    said: 'extra header of another name',
    key: 'header:idempotency-key',
    fields: (secret) => ({ auth: { type: 'none' }, extraHeaders: { 'Idempotency-Key': `{{${secret}}}` } }),
  },
]

const house = await startForAllTests(() => restHarness({ exempt: [] }))
const people = {
  owner: await house.person('owner'),
  admin: await house.person('admin'),
  member: await house.person('member'),
}
const org = await house.organization(people.owner, 'Matrix')
await house.join(org, people.admin, 'admin')
await house.join(org, people.member, 'member')

const services = () => `/orgs/${org}/services`
const secrets = () => `/orgs/${org}/secrets`
const SOUND = { name: 'S', baseUrl: HOME }

const ids: Record<string, string> = {}
for (const [name, placement] of Object.entries(BOUND)) {
  const bindings = { origins: [HOME], placements: [placement] }
  ids[name] = (await people.owner.ask('POST', secrets(), { name, value: VALUE, bindings }).expect(201)).body.id
}
const patched: string = (await people.owner.ask('POST', services(), { ...SOUND, slug: 'patched' }).expect(201)).body.id

type Edit = (person: Person, fields: object) => Promise<number>

/** The others differ in how they are written, which is read before it is known what is done. */
const TWO = ORIGINS.filter(({ baseUrl }) => baseUrl === HOME || baseUrl.includes('evil.example.com'))

/** Each puts the fields into a service, in a way of its own; what came of it as a status, the service as it was if refused. */
const EDITS: readonly {
  readonly name: string
  readonly done: number
  readonly origins: typeof ORIGINS
  readonly edit: Edit
}[] = [
  {
    name: 'create',
    origins: ORIGINS,
    done: 201,
    async edit(person, fields) {
      const { status, body } = await person.ask('POST', services(), { ...SOUND, ...fields, slug: 'made' })
      if (status === 201) await people.owner.ask('DELETE', `${services()}/${body.id}`).expect(204)
      return status
    },
  },
  {
    name: 'change',
    origins: TWO,
    done: 200,
    edit: async (person, fields) => (await person.ask('PATCH', `${services()}/${patched}`, fields)).status,
  },
  {
    name: 'put',
    origins: TWO,
    done: 200,
    edit: async (person, fields) => (await person.ask('PUT', `${services()}/patched`, { ...SOUND, ...fields })).status,
  },
]

/** Whatever was done: no service takes a secret to a place that is not its own. */
async function strays(): Promise<string[]> {
  const found: string[] = []
  for (const [name, placement] of Object.entries(BOUND)) {
    for (const use of await usesOf(house.db, org, ids[name] ?? '')) {
      const isHome = use.origin === HOME && placementKey(use.placement) === placementKey(placement)
      if (!isHome) found.push(`${name} to ${use.origin} as ${placementKey(use.placement)}`)
    }
  }
  return found
}

describe.each(EDITS)('$name', ({ edit, done, origins }) => {
  it.each(Object.entries(BOUND))(
    'takes %s where it is bound and nowhere else, whoever does it',
    async (secret, placement) => {
      const wrong: string[] = []
      let turn = 0
      for (const { baseUrl, isHome, refusal } of origins) {
        for (const { said, key, fields } of PLACES) {
          // Both roles that may, by turns; the secret by its name, and by its id where that is taken.
          const role = turn++ % 2 === 0 ? 'owner' : 'admin'
          const expected = isHome && key === placementKey(placement) ? done : refusal
          const status = await edit(people[role], { baseUrl, ...fields(secret) })
          if (status !== expected) wrong.push(`${role}: ${said} at ${baseUrl}: ${status}, not ${expected}`)
        }
      }
      expect([wrong, await strays()]).toEqual([[], []])
    },
    60_000,
  )

  it('is no member’s, not even where the secret is bound', async () => {
    for (const { key, fields } of PLACES) {
      const [secret] = Object.entries(BOUND).find(([, placement]) => placementKey(placement) === key) ?? ['X_KEY']
      expect(await edit(people.member, { baseUrl: HOME, ...fields(secret) })).toBe(403)
    }
  })
})

describe('by steps', () => {
  const sound: [string, Place][] = PLACES.flatMap((place) =>
    Object.entries(BOUND)
      .filter(([, placement]) => placementKey(placement) === place.key)
      .map(([secret]): [string, Place] => [secret, place]),
  )

  it.each(sound.map(([secret, place]) => [place.said, secret, place] as const))(
    'a service that sends it soundly as %s cannot be turned: base URL, preset, extra headers, host name',
    async (_said, secret, place) => {
      const made = await people.owner
        .ask('POST', services(), { ...SOUND, ...place.fields(secret), slug: 'steps' })
        .expect(201)
      const service = `${services()}/${made.body.id}`
      for (const { baseUrl, isHome, refusal } of ORIGINS)
        await people.admin.ask('PATCH', service, { baseUrl }).expect(isHome ? 200 : refusal)
      await people.admin.ask('PATCH', service, { extraHeaders: { 'x-log': `{{${secret}}}` } }).expect(403)
      await people.admin
        .ask('PATCH', service, { auth: { type: 'header', name: 'x-log', secret: ids[secret] ?? '' } })
        .expect(403)
      // Of a preset a patch knows nothing; a put that names one is whole, and bound.
      await people.admin.ask('PATCH', service, { preset: 'openai' }).expect(400)
      const put = { name: 'S', preset: 'openai', auth: { type: 'bearer', secret }, extraHeaders: {} }
      await people.admin.ask('PUT', `${services()}/steps`, put).expect(403)
      // Another name routes to the same place.
      const { body } = await people.admin.ask('PATCH', service, { slug: 'steps-elsewhere' }).expect(200)
      expect(body).toMatchObject({ baseUrl: HOME, auth: made.body.auth, extraHeaders: made.body.extraHeaders })
      await people.owner.ask('DELETE', service).expect(204)
      expect(await strays()).toEqual([])
    },
  )

  it('no change of a secret moves it without its whole value: rename, put, import, expiry', async () => {
    const id = ids.X_KEY ?? ''
    const evil = { origins: ['https://evil.example.com'], placements: [BOUND.X_KEY] }
    const refusals = [
      await people.admin.ask('PATCH', `${secrets()}/${id}`, { name: 'X_KEY', bindings: evil }),
      await people.admin.ask('PUT', `${secrets()}/${id}/expiry`, { expiresAt: null, bindings: evil }),
      await people.admin.ask('PUT', `${secrets()}/${id}/value`, { bindings: evil }),
      await people.admin.ask('PUT', `${secrets()}/by-name/X_KEY`, { bindings: evil }),
    ]
    expect(refusals.map(({ status }) => status)).toEqual([400, 400, 400, 400])
    await people.admin.ask('POST', secrets(), { name: 'X_KEY', value: VALUE, bindings: evil }).expect(409)
    await people.member.ask('PUT', `${secrets()}/${id}/value`, { value: VALUE, bindings: evil }).expect(403)
    // The version that is in force already: nothing of the rest is looked at.
    const versioned = { value: VALUE, externalVersion: 'v1' }
    await people.admin.ask('PUT', `${secrets()}/by-name/X_KEY`, versioned).expect(200)
    const moved = { text: `X_KEY=${VALUE}`, bindings: { X_KEY: evil }, externalVersion: 'v1' }
    const imported = await people.admin.ask('POST', `${secrets()}/import`, moved).expect(200)
    expect(imported.body.counts).toEqual({ created: 0, replaced: 0, unchanged: 1, refused: 0 })
    // And with the value: not while a service would be left behind.
    const uses = { ...SOUND, slug: 'uses', auth: { type: 'header', name: 'x-key', secret: 'X_KEY' } }
    await people.owner.ask('POST', services(), uses).expect(201)
    const again = await people.admin.ask('POST', `${secrets()}/import`, { ...moved, externalVersion: 'v2' }).expect(200)
    expect(again.body.lines).toMatchObject([{ outcome: 'refused', code: 'CONFLICT' }])
    const { body } = await people.owner.ask('GET', `${secrets()}/${id}`).expect(200)
    expect(body.bindings).toMatchObject({ origins: [HOME], placements: [BOUND.X_KEY] })
  })
})
