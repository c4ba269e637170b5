import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { DemoState } from '../system/local-state.js'
import type { ManagementApi } from './management-api.js'

const Named = z.object({ id: z.string(), name: z.string() })
const Slugged = z.object({ id: z.string(), slug: z.string() })
const Secret = Named.extend({ mask: z.string() })
const App = Slugged.extend({ token: z.string() })
const DebugToken = z.object({ token: z.string(), expiresAt: z.string() })
const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) })

export const DEMO = { secret: 'OPENAI_API_KEY', service: 'demo', app: 'demo-app' } as const

const LIMITS = {
  /** The longest that a debug token may live: 30 days. */
  debugTokenHours: 720,
  /** A start renews the token when less than this is left. */
  renewBeforeMs: 7 * 86_400_000,
} as const

export interface DemoSetUp extends DemoState {
  /** The mask that management shows. */
  readonly mask: string
}

/** Stores a key once, describes the provider, makes an app, and links it. Existing things are used as they are. */
export async function setUpDemo(api: ManagementApi, organization: string, providerBase: string): Promise<DemoSetUp> {
  const org = `/orgs/${organization}`
  const mask = await ensureSecret(api, org, providerBase)
  await ensureService(api, org, providerBase)
  const app = await ensureApp(api, org)
  await api.put(`${org}/apps/${app.id}/links/${DEMO.service}`)
  const { token: debugToken, expiresAt } = await newDebugToken(api, org, app.id)
  return {
    organization,
    mask,
    service: DEMO.service,
    app: { id: app.id, token: app.token, debugToken, debugTokenExpiresAt: expiresAt },
  }
}

/** @returns undefined where the token is valid long enough. */
export async function renewDebugToken(
  api: () => Promise<ManagementApi>,
  demo: DemoState,
): Promise<DemoState | undefined> {
  if (Date.parse(demo.app.debugTokenExpiresAt) - Date.now() > LIMITS.renewBeforeMs) return undefined
  const { token: debugToken, expiresAt } = await newDebugToken(await api(), `/orgs/${demo.organization}`, demo.app.id)
  return { ...demo, app: { ...demo.app, debugToken, debugTokenExpiresAt: expiresAt } }
}

export async function organizationId(api: ManagementApi, name: string): Promise<string> {
  const { items } = listOf(Named).parse(await api.get('/orgs'))
  const found = items.find((item) => item.name === name)
  if (found === undefined) throw new Error(`there is no organization ${name}`)
  return found.id
}

async function ensureSecret(api: ManagementApi, org: string, providerBase: string): Promise<string> {
  const { items } = listOf(Secret).parse(await api.get(`${org}/secrets`))
  const known = items.find(({ name }) => name === DEMO.secret)
  if (known !== undefined) return known.mask
  // Made here, sent once, and not kept anywhere else.
  const value = `sk-demo-${randomBytes(24).toString('base64url')}`
  const bindings = { origins: [providerBase], placements: [{ kind: 'header', name: 'authorization' }] }
  return Secret.parse(await api.post(`${org}/secrets`, { name: DEMO.secret, value, bindings })).mask
}

async function ensureService(api: ManagementApi, org: string, providerBase: string): Promise<void> {
  const { items } = listOf(Slugged).parse(await api.get(`${org}/services`))
  if (items.some(({ slug }) => slug === DEMO.service)) return
  await api.post(`${org}/services`, {
    name: 'Demo provider',
    slug: DEMO.service,
    baseUrl: providerBase,
    auth: { type: 'bearer', secret: DEMO.secret },
    limits: [{ scope: 'device', count: 6000, periodSeconds: 60, burst: 6000 }],
  })
}

async function ensureApp(api: ManagementApi, org: string): Promise<z.output<typeof App>> {
  const { items } = listOf(App).parse(await api.get(`${org}/apps`))
  const known = items.find(({ slug }) => slug === DEMO.app)
  // With policy `audit` an app token is enough, and requests are counted as unattested. A phone app would start with it
  // and enforce later.
  return (
    known ??
    App.parse(await api.post(`${org}/apps`, { name: 'Demo app', slug: DEMO.app, platform: 'ios', policy: 'audit' }))
  )
}

async function newDebugToken(api: ManagementApi, org: string, app: string): Promise<z.output<typeof DebugToken>> {
  const body = { name: `make run ${new Date().toISOString()}`, expiresInHours: LIMITS.debugTokenHours }
  return DebugToken.parse(await api.post(`${org}/apps/${app}/debug-tokens`, body))
}
