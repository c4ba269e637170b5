import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Collected } from '../canary/places/collected.js'
import type { Wanted } from '../canary/search/searcher.js'
import { plantedValues } from '../canary/values/planted-values.js'
import { walkApps } from '../canary/walk/apps.js'
import { createAsk } from '../canary/walk/ask.js'
import type { CanaryProvider } from '../canary/walk/canary-provider.js'
import { createManagement } from '../canary/walk/management.js'
import { walkPeople } from '../canary/walk/people.js'
import { type Stage, setStage } from '../canary/walk/stage.js'
import { buySession } from '../demo/buy-session.js'
import { addresses } from '../system/run-file.js'
import type { RunningSystem } from '../system/start-system.js'

/** What the rig does as an app and as people do it, and what may appear nowhere afterwards. */
export interface Walk {
  /** Sends a request for which everything has to be looked up. Answers its id. */
  coldRequest(): Promise<string>
  /** Sends so many requests for which everything is held. Answers how many were served. */
  warmRequests(count: number): Promise<number>
  /** Replaces a value while its proxies hold it. */
  replaceValue(): Promise<void>
  /** Takes every way of `make canary`, by apps and by people, while data keys are replaced. */
  everyWay(): Promise<void>
  /** Values, credentials, and everything that a client put into a request. */
  readonly planted: readonly Wanted[]
}

export interface WalkOptions {
  readonly system: RunningSystem
  readonly provider: CanaryProvider
  readonly answers: Collected
}

/** The trace id of a phone that uses W3C Trace Context and asks for a trace. */
export const CLIENTS_TRACE = 'c1ace000c1ace000c1ace000c1ace000'

const LIMITS = {
  /** Enough for each manner in which a provider answers. */
  values: 10,
  /** How many run at once. */
  lanes: 4,
} as const

const WithToken = z.object({ token: z.string() })
const Orgs = z.object({ items: z.array(z.object({ id: z.string() })) })

const word = (): string => `x${randomBytes(12).toString('hex')}`

/** What a client puts into a request besides its credential, none of which telemetry needs. */
const CLIENTS = { path: word(), query: word(), header: word(), body: word() } as const

export async function startWalk({ system, provider, answers }: WalkOptions): Promise<Walk> {
  const { management: base, proxies } = addresses(system)
  const ask = createAsk(answers)
  const { email, password } = system.owner
  const { token } = await createManagement(ask, base, '').make(WithToken, 'POST', '/auth/sign-in', { email, password })
  const management = createManagement(ask, base, token)
  const [demo] = (await management.make(Orgs, 'GET', '/orgs?limit=1')).items
  const values = plantedValues().slice(0, LIMITS.values)
  const others = plantedValues('other: ').slice(0, LIMITS.values)
  const mark = `walk-${randomBytes(4).toString('hex')}`
  const stage = await setStage({
    ...{ ask, management, proxy: proxies[0] ?? '', provider, org: `/orgs/${demo?.id ?? ''}`, mark, values },
  })
  const session = await buySession(stage.proxy, stage.debugToken)
  return {
    coldRequest: async () => (await send(stage, session)).headers.get('pma-request-id') ?? '',
    async warmRequests(count) {
      const lane = async (): Promise<number> => {
        let served = 0
        for (let sent = 0; sent < count / LIMITS.lanes; sent += 1) served += (await send(stage, session)).ok ? 1 : 0
        return served
      }
      const lanes = await Promise.all(Array.from({ length: LIMITS.lanes }, lane))
      return lanes.reduce((sum, one) => sum + one, 0)
    },
    async replaceValue() {
      const [first] = stage.planted
      if (first === undefined) throw new Error('nothing was planted')
      const { secretId, value } = first
      await management.make(z.unknown(), 'PUT', `${stage.org}/secrets/${secretId}/value`, { value })
    },
    async everyWay() {
      // Each rotation makes the vault ask the KMS again. A rate is visible from the second time on.
      await system.runVault(['rotate-data-keys'])
      await walkApps(stage)
      await system.runVault(['rotate-data-keys'])
      await walkPeople(stage, others)
    },
    planted: [
      ...values,
      ...others,
      ...stage.planted.map(({ secretName }) => ({ name: 'a secret’s name', value: secretName })),
      ...Object.entries(CLIENTS).map(([name, value]) => ({ name: `${name} of a client`, value })),
      { name: 'token of the owner', value: token },
      { name: 'password of the owner', value: password },
      { name: 'e-mail address of the owner', value: email },
      { name: 'app token', value: stage.appToken },
      { name: 'debug token', value: stage.debugToken },
      { name: 'session', value: session },
    ],
  }
}

async function send({ proxy, planted }: Stage, session: string): Promise<Response> {
  const { path, query, header, body } = CLIENTS
  const answer = await fetch(`${proxy}/v1/p/${planted[0]?.slug}/v/0/ok/${path}?q=${query}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${session}`,
      'x-client': header,
      traceparent: `00-${CLIENTS_TRACE}-${'a1'.repeat(8)}-01`,
    },
    body,
  })
  await answer.arrayBuffer()
  return answer
}
