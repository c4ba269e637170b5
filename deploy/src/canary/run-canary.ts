import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { RigConsole } from '../console/run-rig.js'
import type { Environment } from '../system/environments.js'
import { addresses } from '../system/run-file.js'
import type { RunningSystem } from '../system/start-system.js'
import type { CanaryConfig } from './canary-config.js'
import { startCanarySystem } from './canary-system.js'
import { allPlaces } from './places/all-places.js'
import { type Collected, collect } from './places/collected.js'
import { crashOutput } from './places/crash-output.js'
import { type Found, type Place, searchPlace } from './places/place.js'
import { monitorRedis } from './places/redis-monitor.js'
import { plantLeak } from './plant-leak.js'
import { faultsOf, table } from './report.js'
import { createSearch, type Wanted } from './search/searcher.js'
import { plantedValues } from './values/planted-values.js'
import { walkApps } from './walk/apps.js'
import { createAsk } from './walk/ask.js'
import { walkCalls } from './walk/calls.js'
import { type CanaryProvider, startCanaryProvider } from './walk/canary-provider.js'
import { createManagement } from './walk/management.js'
import { readAll, walkPeople } from './walk/people.js'
import { setStage } from './walk/stage.js'

export interface CanaryOptions extends RigConsole {
  readonly config: CanaryConfig
  readonly projectDir: string
  readonly inherited: Environment
}

/** What goes through the system, and what comes out of it. */
interface Walk {
  readonly system: RunningSystem
  readonly provider: CanaryProvider
  readonly values: readonly Wanted[]
  /** Each takes the place of one of them. */
  readonly others: readonly Wanted[]
  /** In the name of everything that is made. */
  readonly mark: string
  readonly answers: Collected
  readonly rpcAnswers: Collected
}

const SignedIn = z.object({ token: z.string() })
const Orgs = z.object({ items: z.array(z.object({ id: z.string() })) })
const WithId = z.object({ id: z.string() })

/** `make canary`: plants values, takes every way with them, and searches for them everywhere. Answers whether none was found. */
export async function runCanary(options: CanaryOptions): Promise<boolean> {
  const { config, projectDir, progress, onEnder } = options
  const system = await startCanarySystem({ ...options, onEnder: ({ stop }) => onEnder(stop) })
  const provider = await startCanaryProvider()
  const stop = async (): Promise<void> => {
    await system.stop()
    await provider.stop()
  }
  onEnder(stop)
  try {
    const walk: Walk = {
      ...{ system, provider, values: plantedValues(), others: plantedValues('other: ') },
      mark: `canary-${randomBytes(4).toString('hex')}`,
      ...{ answers: collect('answers to clients'), rpcAnswers: collect('answers to services') },
    }
    const monitor = await monitorRedis(system.redis?.url ?? '')
    await progress.step(`${walk.values.length * 2} values, every way`, () => takeEveryWay(walk))
    if (config.plant !== undefined) await plantLeak(config.plant, walk.values[0]?.value ?? '', system, walk.answers)
    const cores = await progress.step('each service aborts', () => crashOutput(system, projectDir))
    if (cores === undefined) progress.say('Core files were not searched: this machine writes none here.')
    const places = [
      ...(await allPlaces(system)),
      monitor.heard,
      walk.answers,
      walk.rpcAnswers,
      ...(cores ? [cores] : []),
    ]
    const found = await progress.step('the search', () => searchAll(places, walk))
    monitor.stop()
    const faults = faultsOf(found, notArrived(walk))
    progress.say([...faults, table(found)].join('\n'))
    return faults.length === 0
  } finally {
    await stop()
  }
}

async function takeEveryWay({ system, provider, values, others, mark, answers, rpcAnswers }: Walk): Promise<void> {
  const known = addresses(system)
  const ask = createAsk(answers)
  const { email, password } = system.owner
  const nobody = createManagement(ask, known.management, '')
  const { token } = await nobody.make(SignedIn, 'POST', '/auth/sign-in', { email, password })
  const management = createManagement(ask, known.management, token)
  const [demo] = (await management.make(Orgs, 'GET', '/orgs')).items
  const common = { ask, management, proxy: known.proxies[0] ?? '', provider, mark, values }
  const stage = await setStage({ ...common, org: `/orgs/${demo?.id ?? ''}` })
  await walkApps(stage)
  await system.runVault(['rotate-data-keys'])
  await walkPeople(stage, others)
  // The other proxy finds what the first has shared.
  await walkApps({ ...stage, proxy: known.proxies[1] ?? '' })
  await walkCalls(system, [...values, ...others], rpcAnswers)
  await system.runVault(['rotate-data-keys', '--now'])
  await system.runManagement(['rotate-signing-keys', '--now'])
  await readAll(stage)
  await shredOne({ ...common, mark: `${mark}-shred` })
}

/** An organization that is deleted with all that it has. */
async function shredOne(common: Omit<Parameters<typeof setStage>[0], 'org'>): Promise<void> {
  const { management, mark, values } = common
  const { id } = await management.make(WithId, 'POST', '/orgs', { name: mark, slug: mark })
  const stage = await setStage({ ...common, org: `/orgs/${id}`, values: values.slice(0, 5) })
  await walkApps(stage)
  await management.ask('DELETE', `/orgs/${id}`)
  await walkApps(stage).catch(() => undefined)
}

async function searchAll(places: readonly Place[], { values, others, mark }: Walk): Promise<readonly Found[]> {
  const search = createSearch([...values, ...others])
  // What every place has one of: a name of ours, a variable, a database, the program.
  const words = [mark, mark.toUpperCase().replaceAll('-', '_'), 'PMA_MODE', 'canary_vault', process.execPath]
  const control = createSearch(words.map((value) => ({ name: 'control', value })))
  const found: Found[] = []
  for (const place of places) found.push(await searchPlace(place, search, control))
  return found
}

const notArrived = ({ values, provider }: Walk): readonly string[] =>
  values.filter((_, number) => !provider.arrived.has(number)).map(({ name }) => name)
