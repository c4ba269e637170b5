import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Progress } from './console/progress.js'
import { internalServiceText, type Places, placesText, thingsToTry } from './console/what-next.js'
import { type ManagementApi, signIn } from './demo/management-api.js'
import { organizationId, renewDebugToken, setUpDemo } from './demo/set-up-demo.js'
import { INTERNAL_SECRET, setUpInternalService } from './demo/set-up-internal-service.js'
import { showDemo } from './demo/show-demo.js'
import { builtDashboard } from './system/built-dashboard.js'
import { type Environment, HOST_SUFFIX } from './system/environments.js'
import type { LauncherConfig } from './system/launcher-config.js'
import { oneAfterAnother } from './system/local-files.js'
import { type DemoState, openState } from './system/local-state.js'
import { checkPorts, lanAddress } from './system/ports.js'
import { endLeftOvers, stillRunning } from './system/process-list.js'
import { urlForPeople } from './system/redis-access.js'
import { addresses, runFilePath, writeRunFile } from './system/run-file.js'
import { type Ender, ORGANIZATION, type RunningSystem, startSystem } from './system/start-system.js'

export interface RunOptions {
  readonly config: LauncherConfig
  readonly inherited: Environment
  readonly progress: Progress
  readonly write: (text: string) => void
  /** Called early with the way to end what has been started. */
  readonly onEnder: (ender: Ender) => void
}

/** `make run`: starts everything, shows the main job on the first run, and says where things are. */
export async function run(options: RunOptions): Promise<void> {
  const { progress } = options
  await mkdir(options.config.stateDir, { recursive: true, mode: 0o700 })
  await clearLeftOvers(options.config, progress)
  const config = await withProviderPort(options.config, progress)
  await checkPorts(config)
  const runFile = runFilePath(config.stateDir)
  await rm(runFile, { force: true })

  let rewrite = (): void => undefined
  const system = await startSystem({ ...options, config, onPids: () => rewrite() })
  await progress.step('demo provider', () => startProvider(system))

  const organization = await ensureDemo(system, options)
  await ensureInternalService(system, options, organization)

  const facts = { system, organization }
  const write = oneAfterAnother(() => writeRunFile(runFile, { ...facts, pids: system.pids() }))
  rewrite = () => void write()
  await write()
  const places = placesOf(system, organization)
  progress.say(placesText(places))
  progress.say(thingsToTry(places))
  const { internalSecret } = system.state.get()
  if (internalSecret !== undefined) progress.say(internalServiceToTry(system, internalSecret))
  progress.say('Ctrl-C stops everything and keeps the data. `make reset` deletes the data.')
}

/** Shows the main job, on the first run only. Answers the id of organization Demo. */
async function ensureDemo(system: RunningSystem, { progress, write }: RunOptions): Promise<string> {
  const { config, state, owner } = system
  const { management, proxies, provider } = addresses(system)
  const enter = (): Promise<ManagementApi> => signIn(management, owner.email, owner.password)
  const known = state.get()
  if (known.demo !== undefined) {
    await keepDebugToken(enter, known.demo, system, progress)
    return known.demo.organization
  }
  if (known.organization !== undefined && !config.demo) return known.organization
  const api = await enter()
  const organization = await organizationId(api, ORGANIZATION)
  await state.change({ organization })
  if (!config.demo) return organization
  const demo = await progress.step('the demo: secret, service, app', () => setUpDemo(api, organization, provider))
  await showDemo({ api, demo, proxy: proxies[0] ?? '', provider, say: progress.say, write })
  const { mask: _mask, ...kept } = demo
  await state.change({ demo: kept })
  return organization
}

/** Only once, like the demo. A start must not fail because the owner has changed the password. */
async function ensureInternalService(
  system: RunningSystem,
  { progress }: RunOptions,
  organization: string,
): Promise<void> {
  const { config, state, owner } = system
  if (!config.demo || state.get().internalSecret !== undefined) return
  try {
    await progress.step('the demo: an internal service', async () => {
      const api = await signIn(addresses(system).management, owner.email, owner.password)
      await setUpInternalService(system, api, organization)
    })
    await state.change({ internalSecret: INTERNAL_SECRET })
  } catch (cause) {
    progress.say(`No internal service was set up: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

/** A start must not fail because the owner has changed the password. */
async function keepDebugToken(
  enter: () => Promise<ManagementApi>,
  demo: DemoState,
  { state }: RunningSystem,
  progress: Progress,
): Promise<void> {
  try {
    const renewed = await renewDebugToken(enter, demo)
    if (renewed !== undefined) await state.change({ demo: renewed })
  } catch (cause) {
    progress.say(`The debug token was not renewed: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

function placesOf(system: RunningSystem, organization: string): Places {
  const { config, logs, owner } = system
  const { management, proxies, provider } = addresses(system)
  const lan = config.host === '0.0.0.0' ? lanAddress() : undefined
  const onLan = `http://${lan}:${config.ports.proxy} (proxy), http://${lan}:${config.ports.management} (management)`
  const runFile = runFilePath(config.stateDir)
  return {
    management,
    proxies,
    provider,
    redis: redisPlace(system),
    logs,
    runFile,
    owner,
    organization,
    dashboard: builtDashboard(config.projectDir) && management,
    hostSuffix: HOST_SUFFIX,
    ...(lan === undefined ? {} : { lan: onLan }),
  }
}

function internalServiceToTry(system: RunningSystem, secret: string): string {
  const { vault, directory } = addresses(system)
  const { ca, internalDemo } = system.identities
  return internalServiceText({ secret, vault, directory, ca, ...internalDemo })
}

function redisPlace({ config: { redis: source }, redis }: RunningSystem): string {
  if (source.kind === 'none' || redis === undefined) {
    const why = source.kind === 'none' ? ` (${source.why})` : ''
    return `none${why}: management and the vault stand in for it`
  }
  const place = urlForPeople(redis.url)
  return source.kind === 'own' ? `${place}        started here, append-only` : place
}

async function clearLeftOvers(config: LauncherConfig, progress: Progress): Promise<void> {
  const left = await stillRunning(path.join(config.stateDir, 'pids.json'))
  const launcher = left.find(({ name, pid }) => name === 'launcher' && pid !== process.pid)
  if (launcher !== undefined) {
    throw new Error(
      `ProtectMyAPI is already running (process ${launcher.pid}). Stop it with Ctrl-C or: kill ${launcher.pid}`,
    )
  }
  const others = left.filter(({ pid }) => pid !== process.pid)
  if (others.length > 0)
    await progress.step(`ending what an earlier run left behind (${others.map(({ name }) => name).join(', ')})`, () =>
      endLeftOvers(others),
    )
}

/** The demo's secret is bound to the provider's origin, so its port stays the same after the first run. */
async function withProviderPort(config: LauncherConfig, progress: Progress): Promise<LauncherConfig> {
  const state = await openState(config.stateDir)
  const { providerPort } = state.get()
  if (providerPort === undefined) await state.change({ providerPort: config.ports.provider })
  if (providerPort === undefined || providerPort === config.ports.provider) return config
  progress.say(`The demo provider stays on port ${providerPort}: the demo secret is bound to it.`)
  return { ...config, ports: { ...config.ports, provider: providerPort } }
}

async function startProvider({ config, logs, supervisor }: RunningSystem): Promise<void> {
  await supervisor.start({
    name: 'provider',
    script: path.join(config.projectDir, 'deploy', 'dist', 'demo-provider', 'main.js'),
    env: { PMA_PROVIDER_PORT: String(config.ports.provider), LOG_LEVEL: config.logLevel },
    logFile: path.join(logs, 'provider.log'),
  })
}
