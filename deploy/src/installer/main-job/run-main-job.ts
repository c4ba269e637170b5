import { randomBytes } from 'node:crypto'
import { until } from '@protectmyapi/dev-kit/until'
import { z } from 'zod'
import { type ManagementApi, signIn, withToken } from '../../demo/management-api.js'
import type { TestConfig } from '../installer-config.js'
import { startDemoUpstream } from './demo-upstream.js'

const Made = z.object({ id: z.string() })
const App = Made.extend({ token: z.string() })
const List = z.object({ items: z.array(Made) })
const AccessLog = z.object({ items: z.array(z.object({ requestId: z.string(), state: z.string() })) })

const LIMITS = {
  requestMs: 30_000,
  /** Entries are drained ten times a second, unless the drain is behind. */
  recordMs: 30_000,
} as const

/**
 * The command `test`: stores a made-up key, sends a request with an app's token, and checks that the key arrives at the
 * provider instead of the token and that the request is on record. Deletes everything that it makes.
 *
 * @throws Error that says which step failed.
 */
export async function runMainJob(config: TestConfig, say: (line: string) => void): Promise<void> {
  const key = `sk-test-${randomBytes(24).toString('base64url')}`
  const upstream = config.upstream.demo ? await startDemoUpstream(config.upstream.baseUrl, key) : undefined
  try {
    await run(config, key, say)
  } finally {
    upstream?.close()
  }
}

async function run(
  { management, proxy, as, upstream }: TestConfig,
  key: string,
  say: (line: string) => void,
): Promise<void> {
  const api = 'token' in as ? withToken(management, as.token) : await signIn(management, as.email, as.password)
  const org = `/orgs/${'token' in as ? as.organization : await firstOrganization(api)}`
  say(`signed in; works in ${org}`)
  const undo: (() => Promise<unknown>)[] = []
  try {
    const { service, appToken } = await furnish({ api, org, upstream, key, undo })
    say('a key is stored, a service describes the provider, an app is linked')
    const answer = await fetch(`${proxy}/v1/p/${service}${upstream.path}`, {
      headers: { authorization: `Bearer ${appToken}` },
      signal: AbortSignal.timeout(LIMITS.requestMs),
    })
    const text = await answer.text()
    if (answer.status !== upstream.status)
      throw new Error(`through the proxy came ${answer.status}, not ${upstream.status}: ${text.slice(0, 500)}`)
    if (text.includes(key)) throw new Error('the answer holds the key')
    say(`the provider answered ${answer.status}${upstream.demo ? ': the key has arrived' : ''}`)
    await untilRecorded(api, org, answer.headers.get('pma-request-id') ?? '')
    say('the request is in the access log')
  } finally {
    for (const one of undo.reverse()) await one()
  }
  say('what was made is deleted')
}

interface Furnishing extends Pick<TestConfig, 'upstream'> {
  readonly api: ManagementApi
  readonly org: string
  readonly key: string
  /** Collects the steps that delete what was made. */
  readonly undo: (() => Promise<unknown>)[]
}

async function furnish({ api, org, upstream, key, undo }: Furnishing): Promise<{ service: string; appToken: string }> {
  const suffix = randomBytes(4).toString('hex')
  const slug = `helm-test-${suffix}`
  const name = `HELM_TEST_${suffix.toUpperCase()}`
  const bindings = {
    origins: [new URL(upstream.baseUrl).origin],
    placements: [{ kind: 'header', name: 'authorization' }],
  }
  const secret = Made.parse(await api.post(`${org}/secrets`, { name, value: key, bindings }))
  undo.push(() => api.delete(`${org}/secrets/${secret.id}`))
  const auth = { type: 'bearer', secret: name }
  const service = Made.parse(await api.post(`${org}/services`, { name: slug, slug, baseUrl: upstream.baseUrl, auth }))
  undo.push(() => api.delete(`${org}/services/${service.id}`))
  // Under this policy an app token is enough, and requests are counted as unattested.
  const app = App.parse(await api.post(`${org}/apps`, { name: slug, slug, platform: 'ios', policy: 'audit' }))
  undo.push(() => api.delete(`${org}/apps/${app.id}`))
  await api.put(`${org}/apps/${app.id}/links/${slug}`)
  return { service: slug, appToken: app.token }
}

async function firstOrganization(api: ManagementApi): Promise<string> {
  const [first] = List.parse(await api.get('/orgs')).items
  if (first === undefined) throw new Error('who signed in is a member of no organization')
  return first.id
}

async function untilRecorded(api: ManagementApi, org: string, requestId: string): Promise<void> {
  const isThere = async (): Promise<true | undefined> => {
    const { items } = AccessLog.parse(await api.get(`${org}/access-log?limit=50`))
    return items.some((item) => item.requestId === requestId && item.state === 'finished') ? true : undefined
  }
  await until(isThere, LIMITS.recordMs).catch((cause: unknown) => {
    throw new Error(`request ${requestId} is not in the access log`, { cause })
  })
}
