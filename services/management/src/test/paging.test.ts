import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import { tendPartitions } from '../access-log/store/tend-partitions.js'
import { furnish } from './furnish.js'
import { PASSWORD, restHarness } from './rest-harness.js'

interface Schema {
  readonly properties?: Record<string, Schema>
  readonly $ref?: string
  readonly type?: string
}
interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Schema }> }>
}
interface OpenApi {
  readonly paths: Record<string, { readonly get?: Operation }>
}

const GRANT = {
  internalService: { id: 'isv_1', name: 'worker', spiffeId: 'spiffe://protectmyapi.local/ns/apps/sa/worker' },
  secrets: [{ id: 'sec_1', name: 'A_KEY' }],
}

const SUBJECT = {
  app: 'app_1',
  service: 'svc_1',
  device: '',
  secrets: [],
  method: 'GET',
  path: '/',
  sourceAddress: '192.0.2.1',
  platform: '',
  appVersion: '',
  unattested: true,
}

const inTenMinutes = (): Date => new Date(Date.now() + 600_000)

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')
const things = await furnish(house, owner, 'mine')
await furnishMore()
const document: OpenApi = (await house.anonymous('GET', '/openapi.json').expect(200)).body

/** Makes at least three of everything, so that a page of one item has a next page. */
async function furnishMore(): Promise<void> {
  const { org = '', secret, app, debugToken } = things
  for (const n of [1, 2, 3]) {
    await house.organization(owner, `More ${n}`)
    await house.join(org, await house.person(`more${n}`), 'member')
    const post = (path: string, body: object) => owner.ask('POST', `/orgs/${org}${path}`, body).expect(201)
    await post('/invitations', { email: `guest${n}@example.com`, role: 'member' })
    await post('/secrets', { name: `KEY_${n}`, value: 'sk-paging-0123456789', preset: 'openai' })
    await post('/services', { name: `S${n}`, slug: `s${n}`, preset: 'openai' })
    await post('/apps', { name: `A${n}`, slug: `a${n}`, platform: 'ios' })
    await post(`/apps/${app}/debug-tokens`, { name: `T${n}`, expiresInHours: 1 })
    await owner.ask('PUT', `/orgs/${org}/apps/${app}/links/s${n}`).expect(201)
    await owner.ask('PUT', `/orgs/${org}/secrets/${secret}/value`, { value: `sk-paging-${n}-0123456789` }).expect(200)
    const device_id = newId('device')
    const device = { organization_id: org, app_id: app, kind: 'debug', debug_token_id: debugToken }
    await house.db('devices').insert({ id: device_id, ...device })
    const session = { organization_id: org, app_id: app, device_id, expires_at: inTenMinutes() }
    await house.db('app_sessions').insert({ id: newId('session'), ...session })
    const spiffe_id = `spiffe://protectmyapi.local/ns/apps/sa/more${n}`
    await house
      .db('internal_services')
      .insert({ id: newId('internalService'), spiffe_id, organization_id: org, name: `more${n}` })
    await house.db('service_uses').insert({ secret_id: secret, spiffe_id, name: 'x', last_granted_at: new Date() })
    const token = { name: `P${n}`, scopes: ['apps:read'], organizations: 'all', expiresInDays: 1 }
    await owner.ask('POST', '/auth/tokens', token).expect(201)
    await house.anonymous('POST', '/auth/sign-in', { email: owner.email, password: PASSWORD }).expect(200)
  }
  await tendPartitions(house.db, 90)
  for (const [kind, entry] of [
    ['admitted', SUBJECT],
    ['granted', GRANT],
  ] as const)
    await house.db.raw(
      `INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry, batch)
       SELECT current_date, 'boot_' || ?, 0, n, ?, date_trunc('second', now()), 'req_' || n, ?, ?::jsonb, 0 FROM generate_series(1, 4) AS n`,
      [kind, kind, org, JSON.stringify(entry)],
    )
}

/** Every path whose read answers a list, and not a single thing, whose path ends with a parameter. */
function listPaths(): string[] {
  return Object.entries(document.paths).flatMap(([path, { get }]) => {
    const schema = get?.responses['200']?.content?.['application/json']?.schema
    const arrays = Object.values(schema?.properties ?? {}).filter(({ type }) => type === 'array')
    return arrays.length > 0 && !path.endsWith('}') ? [path] : []
  })
}

const placed = (path: string): string => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => things[name] ?? '')

describe('every list of the OpenAPI document', () => {
  it('answers `items` and `next`, and takes `limit` and `cursor`', () => {
    const wrong = listPaths().filter((path) => {
      const operation = document.paths[path]?.get
      const properties = operation?.responses['200']?.content?.['application/json']?.schema.properties ?? {}
      const parameters = (operation?.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name)
      const page = 'items' in properties && 'next' in properties
      return !page || !parameters.includes('limit') || !parameters.includes('cursor')
    })
    expect(wrong).toEqual([])
    expect(listPaths().length).toBeGreaterThanOrEqual(16)
  })

  it('shows in pages of one the items of one page, each once and in the same order, and then ends', async () => {
    for (const path of listPaths()) {
      const ask = async (query: string) => (await owner.ask('GET', `${placed(path)}?${query}`).expect(200)).body
      const whole = await ask('limit=100')
      expect([path, whole.items.length >= 3, whole.next]).toEqual([path, true, null])
      const walked: unknown[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: { items: unknown[]; next: string | null } = await ask(`limit=1${cursor && `&cursor=${cursor}`}`)
        expect([path, page.items.length]).toEqual([path, 1])
        walked.push(...page.items)
        cursor = page.next
      }
      expect([path, walked]).toEqual([path, whole.items])
    }
  }, 30_000)

  it('refuses with 400 a limit of 0 or above 100, and a malformed cursor', async () => {
    for (const path of listPaths()) {
      for (const query of ['limit=101', 'limit=0', 'cursor=..', `cursor=${Buffer.from('\0').toString('base64url')}`]) {
        const { status, body } = await owner.ask('GET', `${placed(path)}?${query}`)
        expect([path, query, status, body.code]).toEqual([path, query, 400, 'INVALID_REQUEST'])
      }
    }
  }, 30_000)

  it('refuses with 400 a cursor that another list could have named, so that its reader misses nothing', async () => {
    for (const path of listPaths()) {
      for (const place of ['zzz_99', newId('installation'), 'openai-or-not']) {
        const cursor = Buffer.from(place).toString('base64url')
        const { status, body } = await owner.ask('GET', `${placed(path)}?cursor=${cursor}`)
        const errors = [{ pointer: 'cursor', detail: 'Give the cursor exactly as `next` returned it.' }]
        expect([path, status, body.errors]).toEqual([path, 400, errors])
      }
    }
  }, 30_000)
})
