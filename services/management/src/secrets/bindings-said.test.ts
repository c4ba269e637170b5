import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { type Person, restHarness } from '../test/rest-harness.js'

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')
const admin = await house.person('admin')
const other = await house.person('other')

const VALUE = 'sk-another-0123456789'
const PLACE = { kind: 'header', name: 'authorization' }
const OWN = { origins: ['https://api.weather.example'], placements: [PLACE] }
const THIEF = { origins: ['https://thief.example'], placements: [PLACE] }

let org: string
let count = 0
beforeEach(async () => {
  org = await house.organization(owner, `Said ${++count}`)
  await house.join(org, admin, 'admin')
  await house.join(org, other, 'admin')
})

type Ask = Person['ask']
const put = (ask: Ask, body: object = {}, name = 'WEATHER_KEY') =>
  ask('PUT', `/orgs/${org}/secrets/by-name/${name}`, { value: VALUE, ...body })
const byId = (ask: Ask, id: string, body: object = {}) =>
  ask('PUT', `/orgs/${org}/secrets/${id}/value`, { value: VALUE, ...body })
const rename = (ask: Ask, id: string, name: string) => ask('PATCH', `/orgs/${org}/secrets/${id}`, { name }).expect(200)

/** A token of this person for pipelines. */
async function tokenOf(person: Person): Promise<Ask> {
  const asked = { name: 'ci', scopes: ['secrets:write'], organizations: [org], expiresInDays: 1 }
  const { body } = await person.ask('POST', '/auth/tokens', asked).expect(201)
  return (method, path, sent) => house.anonymous(method, path, sent).set('authorization', `Bearer ${body.token}`)
}

const bindingsSealed = async (id: string) => {
  const row = await house.db('secrets').where('id', id).first('version_id')
  return house.vault.bindingsOf(row.version_id)
}

describe('a value that comes without bindings', () => {
  it('is refused with 409 and told the place if another person bound a new secret of that name', async () => {
    const { body: own } = await put(owner.ask, { bindings: OWN }).expect(201)
    await admin.ask('PATCH', `/orgs/${org}/secrets/${own.id}`, { name: 'WEATHER_KEY_OLD' }).expect(200)
    await put(admin.ask, { value: 'of no use to anybody', bindings: THIEF }).expect(201)
    const refused = await put(owner.ask).expect(409)
    expect(refused.body).toMatchObject({ code: 'CONFLICT', errors: [{ pointer: '/bindings' }] })
    expect(refused.body.detail).toContain('https://thief.example')
    expect(refused.text).not.toContain(VALUE)
  })

  it('is refused with 409 on every route once another person has bound the secret to further places', async () => {
    const { body: own } = await put(owner.ask, { bindings: OWN }).expect(201)
    const wider = { ...OWN, origins: [...OWN.origins, ...THIEF.origins] }
    await put(admin.ask, { value: 'of no use to anybody', bindings: wider }).expect(200)
    await put(owner.ask).expect(409)
    await owner.ask('PUT', `/orgs/${org}/secrets/${own.id}/value`, { value: VALUE }).expect(409)
    const imported = await owner.ask('POST', `/orgs/${org}/secrets/import`, { text: `WEATHER_KEY=${VALUE}` })
    expect(JSON.stringify(imported.body)).toContain('https://thief.example')
    expect(await bindingsSealed(own.id)).toMatchObject({ origins: wider.origins })
    // Once the owner sends bindings, they count as the owner's own.
    await put(owner.ask, { bindings: OWN }).expect(200)
    await put(owner.ask).expect(200)
    expect(await bindingsSealed(own.id)).toMatchObject({ origins: OWN.origins })
  })

  it('is accepted from anybody where an owner bound the secret, but refused where another admin did', async () => {
    await put(owner.ask, { bindings: OWN }).expect(201)
    await put(admin.ask).expect(200)
    // Keeping the owner's bindings did not make them the administrator's.
    await put(other.ask).expect(200)
    await put(admin.ask, { bindings: OWN }).expect(200)
    await put(other.ask).expect(200)
    await put(admin.ask, { bindings: THIEF }).expect(200)
    await put(other.ask).expect(409)
    await house.db('members').where({ organization_id: org, user_id: admin.id }).update({ role: 'owner' })
    await put(other.ask).expect(200)
  })

  it('goes where a token bound the secret only for that token, and where its person did for all theirs', async () => {
    const [pipeline, stolen] = [await tokenOf(owner), await tokenOf(owner)]
    await put(owner.ask, { bindings: OWN }).expect(201)
    await put(pipeline).expect(200)
    await put(stolen, { bindings: OWN }).expect(200)
    await put(pipeline).expect(200)
    await put(stolen, { bindings: THIEF }).expect(200)
    await put(stolen).expect(200)
    await put(pipeline).expect(409)
    await put(owner.ask).expect(409)
  })

  it('keeps the bindings of a known name’s preset, whoever set them, but no others of another person', async () => {
    await put(admin.ask, {}, 'OPENAI_API_KEY').expect(201)
    await put(other.ask, {}, 'OPENAI_API_KEY').expect(200)
    await put(admin.ask, { bindings: THIEF }, 'OPENAI_API_KEY').expect(200)
    await put(owner.ask, {}, 'OPENAI_API_KEY').expect(409)
    await put(owner.ask, { preset: 'openai' }, 'OPENAI_API_KEY').expect(200)
  })

  it('is refused after an administrator exchanged two names, until an owner sends bindings again', async () => {
    const { body: own } = await put(owner.ask, { bindings: OWN }).expect(201)
    const { body: log } = await put(owner.ask, { bindings: THIEF }, 'LOG_KEY').expect(201)
    await rename(admin.ask, own.id, 'WEATHER_KEY_OLD')
    await rename(admin.ask, log.id, 'WEATHER_KEY')
    await put(owner.ask).expect(409)
    // Renaming back does not restore who set the bindings. They have to be sent once more.
    await rename(owner.ask, log.id, 'LOG_KEY')
    await rename(owner.ask, own.id, 'WEATHER_KEY')
    await put(owner.ask).expect(409)
    await put(owner.ask, { bindings: OWN }).expect(200)
    await put(other.ask).expect(200)
    expect(await bindingsSealed(own.id)).toMatchObject({ origins: OWN.origins })
  })

  it('is refused by id after an administrator renamed the secret to a name whose preset recommends its bindings', async () => {
    const { body: own } = await put(owner.ask, { bindings: OWN }).expect(201)
    await byId(owner.ask, own.id).expect(200)
    const { body: preset } = await put(admin.ask, { preset: 'gemini' }, 'JUNK').expect(201)
    await byId(admin.ask, own.id, { bindings: preset.bindings }).expect(200)
    await owner.ask('DELETE', `/orgs/${org}/secrets/${preset.id}`).expect(200)
    await rename(admin.ask, own.id, 'GOOGLE_API_KEY')
    const refused = await byId(owner.ask, own.id).expect(409)
    expect(refused.body).toMatchObject({ code: 'CONFLICT', errors: [{ pointer: '/name' }] })
    expect(refused.body.detail).toContain('renamed this secret to GOOGLE_API_KEY')
    await byId(owner.ask, own.id, { name: 'WEATHER_KEY' }).expect(409)
    await byId(owner.ask, own.id, { bindings: OWN }).expect(200)
    expect(await bindingsSealed(own.id)).toMatchObject({ origins: OWN.origins })
  })

  it('is refused by id after an administrator exchanged two names, although an owner has repaired both by name', async () => {
    const { body: own } = await put(owner.ask, { bindings: OWN }).expect(201)
    const { body: log } = await put(owner.ask, { bindings: THIEF }, 'LOG_KEY').expect(201)
    await rename(admin.ask, own.id, 'BETWEEN')
    await rename(admin.ask, log.id, 'WEATHER_KEY')
    await rename(admin.ask, own.id, 'LOG_KEY')
    await put(owner.ask, { bindings: OWN }).expect(200)
    await put(owner.ask, { bindings: THIEF }, 'LOG_KEY').expect(200)
    await byId(owner.ask, own.id).expect(409)
    // A person who says the present name has seen it. After a renaming by an owner in person nobody needs to.
    await byId(owner.ask, own.id, { name: 'LOG_KEY' }).expect(200)
    await rename(owner.ask, own.id, 'LOG_KEY_OLD')
    await byId(admin.ask, own.id).expect(200)
  })

  it('is refused with 409 after an owner gave the name to a secret that another person had bound', async () => {
    const { body: planted } = await put(admin.ask, { bindings: THIEF }, 'WETHER_KEY').expect(201)
    await owner.ask('PATCH', `/orgs/${org}/secrets/${planted.id}`, { name: 'WEATHER_KEY' }).expect(200)
    for (const person of [owner, other]) await put(person.ask).expect(409)
  })

  it('cannot rely on a version pending when the secret is renamed: who set its bindings is forgotten', async () => {
    const { body: own } = await put(owner.ask, { bindings: OWN }).expect(201)
    await put(admin.ask, { value: 'of no use to anybody', bindings: THIEF }).expect(200)
    await house.db('secret_versions').where({ secret_id: own.id, state: 'superseded' }).update({ state: 'pending' })
    await owner.ask('PATCH', `/orgs/${org}/secrets/${own.id}`, { name: 'OTHER_KEY' }).expect(200)
    const words = await house
      .db('secret_versions')
      .where('secret_id', own.id)
      .orderBy('generation')
      .pluck('bindings_by')
    expect(words).toEqual([owner.id, null])
  })

  it('is refused in a repeated creation if the stored bindings differ from those of the request', async () => {
    const asked = { name: 'AGAIN_KEY', value: VALUE, bindings: OWN }
    const create = () => owner.ask('POST', `/orgs/${org}/secrets`, asked).set('idempotency-key', '"foretold"')
    const { body: made } = await create().expect(201)
    await create().expect(201)
    await house
      .db('secret_versions')
      .where('secret_id', made.id)
      .update({ bindings: JSON.stringify({ ...THIEF, services: [] }) })
    const refused = await create().expect(409)
    expect(refused.body.detail).toContain('with other bindings')
  })

  it('is refused while it is not recorded who set the bindings', async () => {
    const { body: own } = await put(owner.ask, { bindings: OWN }).expect(201)
    await house.db('secret_versions').where('secret_id', own.id).update({ bindings_by: null })
    await put(owner.ask).expect(409)
    await put(owner.ask, { bindings: OWN }).expect(200)
  })

  it('is refused if the tables name other bindings than those that the vault has sealed', async () => {
    const { body: own } = await put(owner.ask, { bindings: OWN }).expect(201)
    for (const table of ['secrets', 'secret_versions'])
      await house
        .db(table)
        .where(table === 'secrets' ? 'id' : 'secret_id', own.id)
        .update({ bindings: JSON.stringify({ ...THIEF, services: [] }) })
    const refused = await put(owner.ask).expect(409)
    expect(refused.body.detail).toMatch(/send them with the new value/)
    const kept = await owner.ask('GET', `/orgs/${org}/secrets/${own.id}`).expect(200)
    expect(kept.body.generation).toBe(1)
    await put(owner.ask, { bindings: OWN }).expect(200)
    expect(await bindingsSealed(own.id)).toMatchObject({ origins: OWN.origins })
  })
})

it('the audit trail shows the bindings of a secret when it was created and when it was replaced', async () => {
  await put(owner.ask, { bindings: OWN }).expect(201)
  await put(owner.ask, { bindings: THIEF }).expect(200)
  const { body } = await owner.ask('GET', `/orgs/${org}/audit?limit=100`).expect(200)
  const said = body.items
    .filter(({ event }: { event: string }) => event === 'secret.replaced' || event === 'secret.created')
    .map(({ event, details }: { event: string; details: { bindings: object } }) => [event, details.bindings])
  expect(said).toEqual([
    ['secret.replaced', { ...THIEF, services: [] }],
    ['secret.created', { ...OWN, services: [] }],
  ])
})
