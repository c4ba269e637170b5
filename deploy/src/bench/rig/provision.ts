import { z } from 'zod'
import { buySession as buySessionAt } from '../../demo/buy-session.js'
import { type ManagementApi, signIn } from '../../demo/management-api.js'
import { organizationId } from '../../demo/set-up-demo.js'
import { addresses } from '../../system/run-file.js'
import { ORGANIZATION, type RunningSystem } from '../../system/start-system.js'

/** An organization's owner, signed in. */
export interface Owner {
  readonly api: ManagementApi
  readonly organizationId: string
}

/** An app with policy `enforce`; its requests carry sessions. */
export interface BenchApp {
  readonly id: string
  readonly debugToken: string
}

const WithId = z.object({ id: z.string() })
const DebugToken = z.object({ token: z.string() })

export async function signInOwner(system: RunningSystem): Promise<Owner> {
  const { email, password } = system.owner
  const api = await signIn(addresses(system).management, email, password)
  return { api, organizationId: await organizationId(api, ORGANIZATION) }
}

/** Makes another organization with the same owner. */
export async function makeOrganization({ api }: Owner, name: string): Promise<Owner> {
  return { api, organizationId: WithId.parse(await api.post('/orgs', { name })).id }
}

export async function makeApp({ api, organizationId }: Owner): Promise<BenchApp> {
  const body = { name: 'Bench', slug: 'bench', platform: 'ios', policy: 'enforce' }
  const { id } = WithId.parse(await api.post(`/orgs/${organizationId}/apps`, body))
  const token = { name: 'bench', expiresInHours: 1 }
  const debug = DebugToken.parse(await api.post(`/orgs/${organizationId}/apps/${id}/debug-tokens`, token))
  return { id, debugToken: debug.token }
}

/** The largest request body that a service can allow. */
export const UPLOAD_BYTES_MAX = 1024 * 1024 * 1024

/** One limit for each scope, so that every scope has a bucket to draw from, and so wide that none is ever spent. */
const LIMITS = (['device', 'app', 'service', 'organization'] as const).map((scope) => ({
  scope,
  count: 1_000_000,
  periodSeconds: 1,
}))

/** Makes a secret bound to the origin, a service that injects it, and the link to the app. Answers the secret's id. */
export async function makeService(
  { api, organizationId }: Owner,
  app: BenchApp,
  { slug, origin, value }: { readonly slug: string; readonly origin: string; readonly value: string },
): Promise<string> {
  const org = `/orgs/${organizationId}`
  const name = `${slug.toUpperCase().replaceAll('-', '_')}_KEY`
  const bindings = { origins: [origin], placements: [{ kind: 'header', name: 'authorization' }] }
  const secret = WithId.parse(await api.post(`${org}/secrets`, { name, value, bindings }))
  const service = WithId.parse(
    await api.post(`${org}/services`, {
      name: slug,
      slug,
      baseUrl: origin,
      auth: { type: 'bearer', secret: name },
      limits: LIMITS,
      bodyBytesMax: UPLOAD_BYTES_MAX,
      paths: ['/v1/**'],
    }),
  )
  await api.put(`${org}/apps/${app.id}/links/${service.id}`)
  return secret.id
}

/** Buys a session at a proxy of this machine. A session lives some minutes, so each row buys its own. */
export function buySession(proxyPort: number, { debugToken }: BenchApp): Promise<string> {
  return buySessionAt(`http://127.0.0.1:${proxyPort}`, debugToken)
}
