import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { type Placement, placementKey } from '@protectmyapi/service-kit/destinations/bindings'
import { type Person, restHarness } from '../test/rest-harness.js'
import { PRESETS } from './presets/presets.js'
import { usesOf } from './uses-of.js'

/**
 * Edit × origin × placement × role × how the secret is named, for a secret bound to each placement. Only edits that put
 * the secret where it is bound may succeed. Every combination that may succeed is tried; of those that must be refused,
 * a selection for each secret.
 */

const HOME = 'https://api.example.com'
const VALUE = 'sk-matrix-0123456789'

/** One secret for each placement, named after it. */
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
  // The same origin in another spelling.
  { baseUrl: 'HTTPS://API.example.com:443/', isHome: true, refusal: 403 },
  { baseUrl: 'https://api.example.com:8443', isHome: false, refusal: 403 },
  { baseUrl: 'https://api.example.com.', isHome: false, refusal: 403 },
  { baseUrl: 'https://evil.example.com', isHome: false, refusal: 403 },
  { baseUrl: 'https://api.example.com.evil.example', isHome: false, refusal: 403 },
  { baseUrl: 'http://api.example.com', isHome: false, refusal: 400 },
]

interface Place {
  readonly said: string
  /** The placement where it puts the secret, as bindings write it. */
  readonly key: string
  /** Whether it takes an id as well as a name. Templates take names only. */
  readonly byId?: boolean
  fields(secret: string): object
}

const custom = (fields: object): object => ({ auth: { type: 'custom', ...fields }, extraHeaders: {} })
const auth = (fields: object): object => ({ auth: fields, extraHeaders: {} })

/** Every way in which a service can name a secret. */
const PLACES: readonly Place[] = [
  { said: 'bearer', key: 'header:authorization', byId: true, fields: (secret) => auth({ type: 'bearer', secret }) },
  {
    said: 'header',
    key: 'header:x-key',
    byId: true,
    fields: (secret) => auth({ type: 'header', name: 'X-Key', secret }),
  },
  {
    said: 'header of another name',
    key: 'header:x-log',
    byId: true,
    fields: (secret) => auth({ type: 'header', name: 'x-log', secret }),
  },
  { said: 'query', key: 'query:key', byId: true, fields: (secret) => auth({ type: 'query', name: 'key', secret }) },
  {
    said: 'query of another case',
    key: 'query:Key',
    byId: true,
    fields: (secret) => auth({ type: 'query', name: 'Key', secret }),
  },
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

/** The role of the person who edits, and how they name the secret. */
interface Way {
  readonly role: 'owner' | 'admin'
  readonly by: 'name' | 'id'
}
const WAYS: readonly Way[] = [
  { role: 'owner', by: 'name' },
  { role: 'admin', by: 'id' },
  { role: 'owner', by: 'id' },
  { role: 'admin', by: 'name' },
]
/** Tried with every edit. The others test how an origin is parsed, which does not depend on the edit. */
const TWO: ReadonlySet<string> = new Set([HOME, 'https://evil.example.com'])

/** One of `WAYS`, and the next one for the next secret. Every third secret still meets both roles. */
const wayOf = (...indexes: readonly number[]): readonly Way[] => {
  const at = indexes.reduce((sum, index) => sum + index) % WAYS.length
  return WAYS.slice(at, at + 1)
}

/** Ways of putting the fields into a service. Each answers the status, and leaves the service as it was if refused. */
const EDITS: readonly {
  readonly name: string
  readonly done: number
  /** Which third of the combinations with origins outside `TWO` it tries. The three edits together try all. */
  readonly from: number
  readonly edit: Edit
}[] = [
  {
    name: 'create',
    done: 201,
    from: 0,
    async edit(person, fields) {
      const { status, body } = await person.ask('POST', services(), { ...SOUND, ...fields, slug: 'made' })
      if (status === 201) await people.owner.ask('DELETE', `${services()}/${body.id}`).expect(204)
      return status
    },
  },
  {
    name: 'change',
    done: 200,
    from: 1,
    edit: async (person, fields) => (await person.ask('PATCH', `${services()}/${patched}`, fields)).status,
  },
  {
    name: 'put',
    done: 200,
    from: 2,
    edit: async (person, fields) => (await person.ask('PUT', `${services()}/patched`, { ...SOUND, ...fields })).status,
  },
]

/** Uses of a secret outside its bindings. There must never be any, whatever was done before. */
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

describe.each(EDITS)('the edit “$name” of a service', ({ edit, done, from }) => {
  it.each(Object.entries(BOUND))(
    'accepts %s only where it is bound, whichever role makes the edit and however it names the secret',
    async (secret, placement) => {
      const wrong: string[] = []
      const nth = Object.keys(BOUND).indexOf(secret)
      for (const [row, { baseUrl, isHome, refusal }] of ORIGINS.entries()) {
        for (const [column, { said, key, byId = false, fields }] of PLACES.entries()) {
          const isBound = isHome && key === placementKey(placement)
          const isLooked = TWO.has(baseUrl) || (nth + row + column) % 3 === from
          const ways = isBound ? WAYS : isLooked ? wayOf(nth, row, column) : []
          for (const { role, by } of ways) {
            // Where only a name is taken, an id names no secret.
            const isNamed = by === 'name' || byId
            const expected = isNamed ? (isBound ? done : refusal) : 400
            const status = await edit(people[role], { baseUrl, ...fields(by === 'id' ? (ids[secret] ?? '') : secret) })
            if (status !== expected) wrong.push(`${role}: ${said} at ${baseUrl} by ${by}: ${status}, not ${expected}`)
          }
        }
      }
      expect([wrong, await strays()]).toEqual([[], []])
    },
    60_000,
  )

  it('is refused with 403 to a member, even if the secret is bound to that place', async () => {
    for (const { key, fields } of PLACES) {
      const [secret] = Object.entries(BOUND).find(([, placement]) => placementKey(placement) === key) ?? ['X_KEY']
      expect(await edit(people.member, { baseUrl: HOME, ...fields(secret) })).toBe(403)
    }
  })
})

describe.each(PRESETS)('the preset $id', (preset) => {
  const { id, secretName, baseUrl, auth, bindings } = preset
  const asPreset = (secret: string) => ({ auth: { ...auth, secret } })
  const slug = `preset-${id}`

  it('refuses a secret that is bound elsewhere, on create and put, for every role, named by name or by id', async () => {
    // Named as the preset recommends.
    const elsewhere = { name: secretName, value: VALUE, bindings: { origins: [HOME], placements: bindings.placements } }
    const { body: secret } = await people.owner.ask('POST', secrets(), elsewhere).expect(201)
    const statuses: number[] = []
    for (const role of ['owner', 'admin'] as const) {
      for (const fields of [{}, asPreset(secretName), asPreset(secret.id)]) {
        const given = { name: 'S', preset: id, ...fields }
        statuses.push((await people[role].ask('POST', services(), { ...given, slug })).status)
        statuses.push((await people[role].ask('PUT', `${services()}/${slug}`, given)).status)
      }
    }
    expect(statuses).toEqual(Array.from({ length: 12 }, () => 403))
    // A secret bound to the preset's destination is taken, and the preset's other fields cannot send it elsewhere.
    const whole = { value: VALUE, bindings: { origins: [baseUrl], placements: bindings.placements } }
    await people.owner.ask('PUT', `${secrets()}/${secret.id}/value`, whole).expect(200)
    const { body } = await people.admin.ask('POST', services(), { name: 'S', preset: id, slug }).expect(201)
    expect(new URL(body.baseUrl).origin).toBe(new URL(baseUrl).origin)
    for (const role of ['owner', 'admin'] as const) {
      const moved = { name: 'S', preset: id, baseUrl: 'https://evil.example.com' }
      await people[role].ask('PUT', `${services()}/${slug}`, moved).expect(403)
      await people[role].ask('POST', services(), { ...moved, slug: `${slug}-2` }).expect(403)
      await people[role].ask('PATCH', `${services()}/${body.id}`, { baseUrl: HOME }).expect(403)
    }
    const uses = await usesOf(house.db, org, secret.id)
    expect(uses.map(({ origin }) => origin)).toEqual([new URL(baseUrl).origin])
  })
})

describe('a template of two secrets', () => {
  /** Secrets bound like AUTHORIZATION and PASSWORD. */
  const SECOND = { AUTHORIZATION_2: BOUND.AUTHORIZATION, PASSWORD_2: BOUND.PASSWORD }
  const custom2 = (headers: object) => ({ auth: { type: 'custom', headers }, extraHeaders: {} })
  const cases: readonly [string, number, object][] = [
    ['both bound to it', 200, custom2({ authorization: '{{AUTHORIZATION}}:{{AUTHORIZATION_2}}' })],
    ['the second bound elsewhere', 403, custom2({ authorization: '{{AUTHORIZATION}}:{{X_KEY}}' })],
    ['the first bound elsewhere', 403, custom2({ authorization: '{{X_KEY}}:{{AUTHORIZATION}}' })],
    ['one twice, and one bound elsewhere between', 403, custom2({ 'x-key': '{{X_KEY}}{{QUERY}}{{X_KEY}}' })],
    ['each in its own field', 200, custom2({ authorization: '{{AUTHORIZATION}}', 'x-key': '{{X_KEY}}' })],
    ['each in the other’s field', 403, custom2({ authorization: '{{X_KEY}}', 'x-key': '{{AUTHORIZATION}}' })],
    ['user and password', 200, auth({ type: 'basic', user: '{{USER}}', password: '{{PASSWORD}}{{PASSWORD_2}}' })],
    ['password and user', 403, auth({ type: 'basic', user: '{{PASSWORD}}', password: '{{USER}}' })],
    ['the user beside the password', 403, auth({ type: 'basic', user: '{{USER}}', password: '{{PASSWORD}}{{USER}}' })],
    ['two in the path', 400, custom({ path: '/bot{{PATH}}{{PATH}}' })],
  ]

  it('is accepted only if each secret in it is bound to the place and origin where it is put', async () => {
    for (const [name, placement] of Object.entries(SECOND)) {
      const bindings = { origins: [HOME], placements: [placement] }
      await people.owner.ask('POST', secrets(), { name, value: VALUE, bindings }).expect(201)
    }
    for (const { name, edit, done } of EDITS) {
      for (const [index, [what, status, fields]] of cases.entries()) {
        const person = index % 2 === 0 ? people.owner : people.admin
        const isSound = status === 200
        const here = await edit(person, { baseUrl: HOME, ...fields })
        expect([name, what, here]).toEqual([name, what, isSound ? done : status])
        const away = isSound ? await edit(person, { baseUrl: 'https://evil.example.com', ...fields }) : 403
        expect([name, what, away]).toEqual([name, what, 403])
      }
    }
    expect(await strays()).toEqual([])
  })
})

describe('a sequence of edits', () => {
  const sound: [string, Place][] = PLACES.flatMap((place) =>
    Object.entries(BOUND)
      .filter(([, placement]) => placementKey(placement) === place.key)
      .map(([secret]): [string, Place] => [secret, place]),
  )

  it.each(sound.map(([secret, place]) => [place.said, secret, place] as const))(
    'cannot turn a service that sends a bound secret as %s, by base URL, preset, extra headers or slug',
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
      // A patch takes no preset. A put that names one replaces the whole service and is checked against bindings.
      await people.admin.ask('PATCH', service, { preset: 'openai' }).expect(400)
      const put = { name: 'S', preset: 'openai', auth: { type: 'bearer', secret }, extraHeaders: {} }
      await people.admin.ask('PUT', `${services()}/steps`, put).expect(403)
      // Another slug does not change where the service sends requests.
      const { body } = await people.admin.ask('PATCH', service, { slug: 'steps-elsewhere' }).expect(200)
      expect(body).toMatchObject({ baseUrl: HOME, auth: made.body.auth, extraHeaders: made.body.extraHeaders })
      await people.owner.ask('DELETE', service).expect(204)
      expect(await strays()).toEqual([])
    },
  )

  it('cannot move a secret by rename, expiry, put or import without its value, nor with it while a service uses it', async () => {
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
    // With the external version that is already in force, the other fields are not looked at.
    const versioned = { value: VALUE, externalVersion: 'v1' }
    await people.admin.ask('PUT', `${secrets()}/by-name/X_KEY`, versioned).expect(200)
    const moved = { text: `X_KEY=${VALUE}`, bindings: { X_KEY: evil }, externalVersion: 'v1' }
    const imported = await people.admin.ask('POST', `${secrets()}/import`, moved).expect(200)
    expect(imported.body.counts).toEqual({ created: 0, replaced: 0, unchanged: 1, refused: 0 })
    // With the value, new bindings are refused while a service still needs the old ones.
    const uses = { ...SOUND, slug: 'uses', auth: { type: 'header', name: 'x-key', secret: 'X_KEY' } }
    await people.owner.ask('POST', services(), uses).expect(201)
    const again = await people.admin.ask('POST', `${secrets()}/import`, { ...moved, externalVersion: 'v2' }).expect(200)
    expect(again.body.lines).toMatchObject([{ outcome: 'refused', code: 'CONFLICT' }])
    const { body } = await people.owner.ask('GET', `${secrets()}/${id}`).expect(200)
    expect(body.bindings).toMatchObject({ origins: [HOME], placements: [BOUND.X_KEY] })
  })
})
