import { z } from 'zod'
import type { Wanted } from '../search/searcher.js'
import type { Ask } from './ask.js'
import type { CanaryProvider } from './canary-provider.js'
import type { Management } from './management.js'
import { placingFor } from './placements.js'

/** A planted value with the secret and the service that were made for it. */
export interface Planted extends Wanted {
  readonly number: number
  readonly secretId: string
  readonly secretName: string
  readonly slug: string
}

/** What the walk uses: an organization with an app, linked to one service for each value. */
export interface Stage {
  readonly ask: Ask
  readonly management: Management
  readonly proxy: string
  readonly provider: Pick<CanaryProvider, 'origin' | 'expect'>
  readonly org: string
  readonly appId: string
  readonly appToken: string
  readonly debugToken: string
  readonly planted: readonly Planted[]
}

export interface StageOptions {
  readonly ask: Ask
  readonly management: Management
  readonly proxy: string
  readonly provider: Pick<CanaryProvider, 'origin' | 'expect'>
  readonly org: string
  /** Part of the name of everything that the run makes. */
  readonly mark: string
  readonly values: readonly Wanted[]
}

const WithId = z.object({ id: z.string() })
const WithToken = z.object({ id: z.string(), token: z.string() })

const LIMITS = {
  /** The shortest time-out that a service may have, because the walk waits for it whenever the provider is silent. */
  timeoutMs: 1_000,
  /** How many run at once. */
  lanes: 4,
} as const

export async function setStage(options: StageOptions): Promise<Stage> {
  const { ask, management, proxy, provider, org, mark, values } = options
  const app = await management.make(WithToken, 'POST', `${org}/apps`, {
    ...{ name: mark, slug: mark, platform: 'ios', policy: 'audit' },
  })
  const debug = await management.make(WithToken, 'POST', `${org}/apps/${app.id}/debug-tokens`, {
    ...{ name: mark, expiresInHours: 1 },
  })
  const planted: Planted[] = []
  await inLanes(values, async (wanted, number) => {
    planted[number] = await furnish(options, app.id, wanted, number)
  })
  return { ask, management, proxy, provider, org, appId: app.id, appToken: app.token, debugToken: debug.token, planted }
}

async function furnish(options: StageOptions, appId: string, wanted: Wanted, number: number): Promise<Planted> {
  const { management, provider, org, mark } = options
  const { value } = wanted
  const secretName = `${mark.toUpperCase().replaceAll('-', '_')}_${number}`
  const slug = `${mark}-${number}`
  const { auth, placements } = placingFor(value, number)(secretName)
  provider.expect(number, value)
  const secret = await management.make(WithId, 'POST', `${org}/secrets`, {
    ...{ name: secretName, value, bindings: { origins: [provider.origin], placements } },
  })
  const service = await management.make(WithId, 'POST', `${org}/services`, {
    ...{ name: slug, slug, baseUrl: provider.origin, auth, timeoutMs: LIMITS.timeoutMs },
  })
  await management.make(z.unknown(), 'PUT', `${org}/apps/${appId}/links/${service.id}`)
  return { ...wanted, number, secretId: secret.id, secretName, slug }
}

/** Works on a few items at once: each value takes many requests, most of which wait. */
export async function inLanes<T>(all: readonly T[], work: (one: T, index: number) => Promise<void>): Promise<void> {
  const entries = [...all.entries()]
  const lane = async (): Promise<void> => {
    for (let entry = entries.shift(); entry !== undefined; entry = entries.shift()) await work(entry[1], entry[0])
  }
  await Promise.all(Array.from({ length: LIMITS.lanes }, lane))
}
