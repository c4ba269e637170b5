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
  it('never goes where somebody else has bound its name: it is refused, and told where that is', async () => {
    const { body: own } = await put(owner.ask, { bindings: OWN }).expect(201)
    await admin.ask('PATCH', `/orgs/${org}/secrets/${own.id}`, { name: 'WEATHER_KEY_OLD' }).expect(200)
    await put(admin.ask, { value: 'of no use to anybody', bindings: THIEF }).expect(201)
    const refused = await put(owner.ask).expect(409)
    expect(refused.body).toMatchObject({ code: 'CONFLICT', errors: [{ pointer: '/bindings' }] })
    expect(refused.body.detail).toContain('https://thief.example')
    expect(refused.text).not.toContain(VALUE)
  })

  it('never goes where somebody else has bound it since, whichever way it comes', async () => {
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

  it('keeps what an owner said in person, for everybody, and what an administrator said, for nobody else', async () => {
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

  it('keeps what a token said for that token alone, and what its person said in person for each of their tokens', async () => {
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

  it('keeps what is recommended for a known name, whoever said it, and nothing else under that name', async () => {
    await put(admin.ask, {}, 'OPENAI_API_KEY').expect(201)
    await put(other.ask, {}, 'OPENAI_API_KEY').expect(200)
    await put(admin.ask, { bindings: THIEF }, 'OPENAI_API_KEY').expect(200)
    await put(owner.ask, {}, 'OPENAI_API_KEY').expect(409)
    await put(owner.ask, { preset: 'openai' }, 'OPENAI_API_KEY').expect(200)
  })

  it('never goes by the bindings of another name that an administrator has exchanged with its own', async () => {
    const { body: own } = await put(owner.ask, { bindings: OWN }).expect(201)
    const { body: log } = await put(owner.ask, { bindings: THIEF }, 'LOG_KEY').expect(201)
    const rename = (ask: Ask, id: string, name: string) =>
      ask('PATCH', `/orgs/${org}/secrets/${id}`, { name }).expect(200)
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

  it('is nobody’s word once an owner has renamed what another had bound: a name says no bindings', async () => {
    const { body: planted } = await put(admin.ask, { bindings: THIEF }, 'WETHER_KEY').expect(201)
    await owner.ask('PATCH', `/orgs/${org}/secrets/${planted.id}`, { name: 'WEATHER_KEY' }).expect(200)
    for (const person of [owner, other]) await put(person.ask).expect(409)
  })

  it('is not under way to another place when its name is given: what comes into force later is nobody’s word, too', async () => {
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

  it('of a creation that is sent again goes where the request says, whatever the rows say', async () => {
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

  it('is refused where nobody knows whose word the bindings are', async () => {
    const { body: own } = await put(owner.ask, { bindings: OWN }).expect(201)
    await house.db('secret_versions').where('secret_id', own.id).update({ bindings_by: null })
    await put(owner.ask).expect(409)
    await put(owner.ask, { bindings: OWN }).expect(200)
  })

  it('goes by what the vault has sealed, and not by what the tables say: those are written by SQL', async () => {
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

it('the audit trail says where a value may go from then on', async () => {
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
