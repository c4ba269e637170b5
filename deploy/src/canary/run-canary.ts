import { randomBytes } from 'node:crypto'
import { askRedis } from '@protectmyapi/dev-kit/redis/ask-redis'
import { z } from 'zod'
import type { RigConsole } from '../console/run-rig.js'
import type { Environment } from '../system/environments.js'
import { redisAddress } from '../system/redis-access.js'
import { addresses } from '../system/run-file.js'
import type { Ender, RunningSystem } from '../system/start-system.js'
import type { CanaryConfig } from './canary-config.js'
import { startCanarySystem, startInProduction } from './canary-system.js'
import { keepFlushed } from './keep-flushed.js'
import { allPlaces } from './places/all-places.js'
import { type Collected, collect } from './places/collected.js'
import { crashOutput } from './places/crash-output.js'
import { type Found, type Place, searchPlace } from './places/place.js'
import { processes } from './places/processes.js'
import { monitorRedis } from './places/redis-monitor.js'
import { startTold, type Told } from './places/told.js'
import { plantLeak } from './plant-leak.js'
import { faultsOf, table } from './report.js'
import { createSearch, type Wanted } from './search/searcher.js'
import { type PlantedCredentials, plantedCredentials } from './values/planted-credentials.js'
import { plantedValues } from './values/planted-values.js'
import { walkApps } from './walk/apps.js'
import { createAsk } from './walk/ask.js'
import { walkAttestation } from './walk/attestation.js'
import { walkCalls } from './walk/calls.js'
import { type CanaryProvider, startCanaryProvider } from './walk/canary-provider.js'
import { walkInternalService } from './walk/internal-service.js'
import { createManagement } from './walk/management.js'
import { readAll, walkPeople } from './walk/people.js'
import { setStage } from './walk/stage.js'
import { walkTokenBearer } from './walk/token-bearer.js'

export interface CanaryOptions extends RigConsole {
  readonly config: CanaryConfig
  readonly projectDir: string
  readonly inherited: Environment
}

/** The values that go through the system, and what is collected on the way. */
interface Walk {
  readonly values: readonly Wanted[]
  /** Each one later replaces one of `values`. */
  readonly others: readonly Wanted[]
  readonly credentials: PlantedCredentials
  /** In production, where they are in memory when the services abort. */
  readonly lastCredentials: PlantedCredentials
  /** Part of the name of everything that the run makes. */
  readonly mark: string
  readonly answers: Collected
  readonly rpcAnswers: Collected
  readonly told: Told
  /** Names of values that the provider was never given. */
  readonly notArrived: string[]
}

const NO_CORES =
  'core files were not searched, for this machine writes none where a program was started: kernel.core_pattern=core, or CORES=0 to go without'

/** As many values as an organization that is deleted and a dump of memory need. */
const SOME = 12

const SignedIn = z.object({ token: z.string() })
const Orgs = z.object({ items: z.array(z.object({ id: z.string() })) })
const WithId = z.object({ id: z.string() })

/**
 * `make canary`: plants values, takes every way with them, and searches for them everywhere. Answers whether the run is
 * free of faults.
 */
export async function runCanary(options: CanaryOptions): Promise<boolean> {
  const { config, projectDir, progress } = options
  const onEnder = ({ stop }: Ender): void => options.onEnder(stop)
  const told = await startTold()
  const collector = told.url
  const started = await startCanarySystem({ ...options, onEnder, collector })
  const walk: Walk = {
    ...{ values: plantedValues(), others: plantedValues('other: ') },
    ...{ credentials: plantedCredentials(), lastCredentials: plantedCredentials('last: ') },
    mark: `canary-${randomBytes(4).toString('hex')}`,
    ...{ answers: collect('answers to clients'), rpcAnswers: collect('answers to services'), told, notArrived: [] },
  }
  const heard = await walkInDevelopment(started, walk, options)
  const system = await startInProduction({ ...options, onEnder, collector }, started.config)
  try {
    const isRedisThere = config.redisMode !== 'stopped'
    const monitor = isRedisThere ? await monitorRedis('Redis, MONITOR, in production', urlOf(system)) : undefined
    await progress.step('some of them in production', () => walkInProduction(system, walk))
    const cores = config.cores
      ? await progress.step('each service aborts', () => crashOutput(system, projectDir))
      : undefined
    monitor?.stop()
    const collected = [...heard, ...(monitor ? [monitor.heard] : []), walk.answers, walk.rpcAnswers, told.heard]
    const places = [...(await allPlaces(system)), ...collected, ...(cores ? [cores] : [])]
    const found = await progress.step('the search', () => searchAll(places, walk))
    const missing = config.cores && cores === undefined ? [NO_CORES] : []
    const faults = faultsOf({ found, notArrived: walk.notArrived, missing })
    progress.say([...faults, table(found)].join('\n'))
    return faults.length === 0
  } finally {
    await system.stop()
    await told.close()
  }
}

/** Takes every way with the values. Answers what was heard on the way, as places of its own. */
async function walkInDevelopment(system: RunningSystem, walk: Walk, options: CanaryOptions): Promise<readonly Place[]> {
  const { config, progress } = options
  const provider = await startCanaryProvider()
  try {
    const redis = config.redisMode === 'stopped' ? undefined : await watchRedis(system, config.redisMode === 'flushed')
    const environments = collect('environments and command lines, in development')
    await progress.step(`${walk.values.length * 2} values of ${walk.values.length} shapes, every way`, () =>
      takeEveryWay(system, provider, walk),
    )
    if (process.platform === 'linux') await processes('', () => system.pids().values()).read(environments.add)
    if (config.plant !== undefined) {
      const { answers, told } = walk
      await plantLeak(config.plant, walk.values[0]?.value ?? '', system, { answers, collector: told.url })
    }
    const flushes = await redis?.stop()
    if (config.redisMode === 'flushed') progress.say(`Redis was flushed ${flushes} times meanwhile.`)
    return [...(redis === undefined ? [] : [redis.heard]), environments]
  } finally {
    await system.stop()
    await provider.stop()
  }
}

/** Listens to every command and, if `isFlushed`, flushes Redis over and over. */
async function watchRedis(system: RunningSystem, isFlushed: boolean) {
  const url = urlOf(system)
  const { heard, stop } = await monitorRedis('Redis, MONITOR', url)
  const endFlushing = isFlushed ? keepFlushed(() => flushRedis(url)) : async () => 0
  return {
    heard,
    async stop(): Promise<number> {
      const flushes = await endFlushing()
      stop()
      return flushes
    },
  }
}

const urlOf = ({ redis }: RunningSystem): string => redis?.url ?? ''

async function flushRedis(url: string): Promise<void> {
  await askRedis(redisAddress(url), 'FLUSHALL')
  await askRedis(redisAddress(url), 'SCRIPT', 'FLUSH')
}

/** The provider cannot be reached: values get into the memory of all three services and no further. */
async function walkInProduction(
  system: RunningSystem,
  { values, lastCredentials, mark, answers }: Walk,
): Promise<void> {
  const provider = { origin: 'https://canary.example.com', expect: () => undefined }
  const { common, org } = await enter(system, answers)
  const some = values.slice(0, SOME)
  const stage = await setStage({ ...common, org, provider, mark: `${mark}-last`, values: some })
  await walkApps(stage)
  await walkAttestation(stage, `${mark}-last`, lastCredentials)
}

async function takeEveryWay(system: RunningSystem, provider: CanaryProvider, walk: Walk): Promise<void> {
  const { values, others, credentials, mark, answers, rpcAnswers } = walk
  const { common, org, proxies, base } = await enter(system, answers)
  const stage = await setStage({ ...common, org, provider, mark, values })
  await walkApps(stage)
  await system.runVault(['rotate-data-keys'])
  await walkPeople(stage, others)
  // The second proxy uses the leases that the first one has shared.
  await walkApps({ ...stage, proxy: proxies[1] ?? '' })
  await walkCalls(system, [...values, ...others], rpcAnswers)
  await walkInternalService(system, stage, rpcAnswers)
  await walkTokenBearer(stage, base)
  await walkAttestation(stage, mark, credentials)
  await system.runVault(['rotate-data-keys', '--now'])
  await system.runManagement(['end-lease-keys'])
  await system.runManagement(['rotate-signing-keys', '--now'])
  await readAll(stage)
  await shredOne({ ...common, provider, mark: `${mark}-shred`, values: values.slice(0, SOME) })
  walk.notArrived.push(
    ...[...values, ...others].filter(({ value }) => !provider.arrived.has(value)).map(({ name }) => name),
  )
}

/** Signs in as the owner of the organization Demo. */
async function enter(system: RunningSystem, answers: Collected) {
  const { management: base, proxies } = addresses(system)
  const ask = createAsk(answers)
  const { email, password } = system.owner
  const { token } = await createManagement(ask, base, '').make(SignedIn, 'POST', '/auth/sign-in', { email, password })
  const management = createManagement(ask, base, token)
  const [demo] = (await management.make(Orgs, 'GET', '/orgs?limit=1')).items
  return { common: { ask, management, proxy: proxies[0] ?? '' }, org: `/orgs/${demo?.id ?? ''}`, proxies, base }
}

/** Deletes an organization with everything in it. */
async function shredOne(common: Omit<Parameters<typeof setStage>[0], 'org'>): Promise<void> {
  const { management, mark } = common
  const { id } = await management.make(WithId, 'POST', '/orgs', { name: mark, slug: mark })
  const stage = await setStage({ ...common, org: `/orgs/${id}` })
  await walkApps(stage)
  await management.ask('DELETE', `/orgs/${id}`)
  await walkApps(stage).catch(() => undefined)
}

async function searchAll(places: readonly Place[], walk: Walk): Promise<readonly Found[]> {
  const { values, others, credentials, lastCredentials, mark } = walk
  const search = createSearch([...values, ...others, ...credentials.sought, ...lastCredentials.sought])
  // Each place contains at least one of these words: a refusal, a name that the run made, a variable, a database,
  // migrations that ran, a watermark, the program, a span.
  const words = [
    'refused by the other side',
    mark,
    mark.toUpperCase().replaceAll('-', '_'),
    'PMA_MODE',
    'canary_vault',
    'signed-heads',
    'wrapped-under',
    ':mark:boot_',
    process.execPath,
    'proxy.request',
  ]
  const control = createSearch(words.map((value) => ({ name: 'control', value })))
  const found: Found[] = []
  for (const place of places) found.push(await searchPlace(place, search, control))
  return found
}
