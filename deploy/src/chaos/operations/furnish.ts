import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { fact, valueFact } from '../history/facts.js'
import { type Lane, laneFacts } from './lane.js'
import type { Operate } from './operate.js'

export const WithId = z.object({ id: z.string() })
const WithToken = z.object({ id: z.string(), token: z.string() })

/** Each buys a session for a device of its own. */
const DEBUG_TOKENS = 2

/** Makes a new value, which only management, the vault, proxies and the provider see. */
export function newValue(): string {
  return `sk-chaos-${randomBytes(24).toString('hex')}`
}

/** A secret bound to the provider. */
export function secretBody(name: string, value: string, origin: string): unknown {
  return { name, value, bindings: { origins: [origin], placements: [{ kind: 'header', name: 'authorization' }] } }
}

export interface FurnishOptions {
  readonly operate: Operate
  readonly name: string
  readonly organizationId: string
  readonly origin: string
  readonly management: number
  /** Unique among all lanes. Routes depend on slug and organization, but unique slugs make the log easier to read. */
  readonly number: number
  /** Limits of the service. */
  readonly limits?: readonly unknown[]
  /** Limits of the app, over all its services. */
  readonly appLimits?: readonly unknown[]
}

/** Makes everything that a lane needs. Undefined where the time ended meanwhile. */
export async function furnish(options: FurnishOptions): Promise<Lane | undefined> {
  const { operate, name, organizationId, origin, management, number, limits = [], appLimits = [] } = options
  const making: Making = { operate, management, org: `/orgs/${organizationId}`, slug: `${name}-${number}` }
  const { org, slug } = making
  const secretName = `${name.toUpperCase()}_${number}`
  const value = newValue()
  const secret = await make(making, WithId, 'secret', secretBody(secretName, value, origin))
  const service = await makeService(making, { baseUrl: origin, secretName, limits })
  const app = await makeApp(making, appLimits)
  if (secret === undefined || service === undefined || app === undefined) return undefined
  const ids = { orgId: organizationId, appId: app.id, serviceId: service.id }
  const lane: Lane = {
    ...{ name, org, slug, secretName, names: number, ...ids },
    linkId: '',
    secretId: secret.id,
    value: valueFact(value),
    appToken: { token: app.token, slug, rests: [...laneFacts(ids), fact('app-token', `${app.id}/1`)] },
    debugTokens: [],
    sessions: [],
    ghosts: [],
  }
  if (!(await link(operate, lane, management))) return undefined
  await addDebugTokens(operate, lane, management)
  return lane
}

/** Where a thing is made, and its name. */
interface Making {
  readonly operate: Operate
  readonly management: number
  readonly org: string
  readonly slug: string
}

export function makeService(
  making: Making,
  { baseUrl, secretName, limits }: { baseUrl: string; secretName: string; limits: readonly unknown[] },
): Promise<z.output<typeof WithId> | undefined> {
  const { slug } = making
  const auth = { type: 'bearer', secret: secretName }
  return make(making, WithId, 'service', { name: slug, slug, baseUrl, auth, limits })
}

export function makeApp(making: Making, limits: readonly unknown[]): Promise<z.output<typeof WithToken> | undefined> {
  const { slug } = making
  return make(making, WithToken, 'app', { name: slug, slug, platform: 'ios', policy: 'audit', limits })
}

/** Makes a thing whose creation answers with it. Undefined where the time ended meanwhile. */
export async function make<T>(
  { operate, management, org, slug }: Making,
  schema: z.ZodType<T>,
  kind: 'secret' | 'service' | 'app',
  body: unknown,
  begins: readonly string[] = [],
): Promise<T | undefined> {
  const change = { kind: `create ${kind}`, target: slug, method: 'POST', path: `${org}/${kind}s`, body, begins }
  const audit = { event: `${kind}.created` }
  return schema.safeParse((await operate.untilDone(management, { ...change, audit }))?.body).data
}

/** Links the lane's app to its service, and keeps the link's id. False where the time ended meanwhile. */
export async function link(operate: Operate, lane: Lane, management: number): Promise<boolean> {
  const { org, slug, appId, serviceId } = lane
  const done = await operate.untilDone(management, {
    kind: 'link',
    target: slug,
    method: 'PUT',
    path: `${org}/apps/${appId}/links/${serviceId}`,
    begins: [fact('link', `${appId}/${serviceId}`)],
    audit: { event: 'link.created' },
  })
  lane.linkId = WithId.safeParse(done?.body).data?.id ?? lane.linkId
  return done !== undefined
}

/** Makes as many debug tokens as a new app gets. */
export async function addDebugTokens(operate: Operate, lane: Lane, management: number): Promise<void> {
  for (let made = 0; made < DEBUG_TOKENS; made += 1) await addDebugToken(operate, lane, management)
}

export async function addDebugToken(operate: Operate, lane: Lane, management: number): Promise<void> {
  const body = { name: lane.slug, expiresInHours: 1 }
  const path = `${lane.org}/apps/${lane.appId}/debug-tokens`
  const change = { kind: 'create debug token', target: lane.slug, method: 'POST', path, body }
  const audit = { event: 'debug-token.created' }
  const made = WithToken.safeParse((await operate.untilDone(management, { ...change, audit }))?.body).data
  if (made !== undefined) lane.debugTokens.push(made)
}
