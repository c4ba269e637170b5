import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { fact, valueFact } from '../history/facts.js'
import { type Lane, laneFacts } from './lane.js'
import type { Operate } from './operate.js'

const WithId = z.object({ id: z.string() })
const WithToken = z.object({ id: z.string(), token: z.string() })

/** Each buys a session of a device of its own. */
const DEBUG_TOKENS = 2

/** Where a new value is made: nobody but management and the provider ever sees it. */
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
  /** Of all slugs in the installation: routes are by slug and organization, yet a reader of the log should see one. */
  readonly number: number
  readonly limits?: readonly unknown[]
}

/** Makes all that a lane needs. Undefined where the time ended meanwhile. */
export async function furnish(options: FurnishOptions): Promise<Lane | undefined> {
  const { operate, name, organizationId, origin, management, number, limits = [] } = options
  const org = `/orgs/${organizationId}`
  const slug = `${name}-${number}`
  const secretName = `${name.toUpperCase()}_${number}`
  const value = newValue()
  const make = async <T>(schema: z.ZodType<T>, kind: string, path: string, body: unknown): Promise<T | undefined> => {
    const change = { kind: `create ${kind}`, target: slug, method: 'POST', path: `${org}/${path}`, body }
    const audit = { event: `${kind}.created` }
    return schema.safeParse((await operate.untilDone(management, { ...change, audit }))?.body).data
  }
  const secret = await make(WithId, 'secret', 'secrets', secretBody(secretName, value, origin))
  const auth = { type: 'bearer', secret: secretName }
  const service = await make(WithId, 'service', 'services', { name: slug, slug, baseUrl: origin, auth, limits })
  const app = await make(WithToken, 'app', 'apps', { name: slug, slug, platform: 'ios', policy: 'audit' })
  if (secret === undefined || service === undefined || app === undefined) return undefined
  const ids = { orgId: organizationId, appId: app.id, serviceId: service.id }
  const link = { kind: 'link', target: slug, method: 'PUT', path: `${org}/apps/${app.id}/links/${service.id}` }
  await operate.untilDone(management, { ...link, begins: [fact('link', `${app.id}/${service.id}`)] })
  const lane: Lane = {
    ...{ name, org, slug, secretName, names: number, ...ids },
    secretId: secret.id,
    value: valueFact(value),
    appToken: { token: app.token, slug, rests: [...laneFacts(ids), fact('app-token', `${app.id}/1`)] },
    debugTokens: [],
    sessions: [],
    ghosts: [],
  }
  for (let made = 0; made < DEBUG_TOKENS; made += 1) await addDebugToken(operate, lane, management)
  return lane
}

export async function addDebugToken(operate: Operate, lane: Lane, management: number): Promise<void> {
  const body = { name: lane.slug, expiresInHours: 1 }
  const path = `${lane.org}/apps/${lane.appId}/debug-tokens`
  const change = { kind: 'create debug token', target: lane.slug, method: 'POST', path, body }
  const audit = { event: 'debug-token.created' }
  const made = WithToken.safeParse((await operate.untilDone(management, { ...change, audit }))?.body).data
  if (made !== undefined) lane.debugTokens.push(made)
}
