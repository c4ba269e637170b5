import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { startGuard } from '@protectmyapi/dev-kit/programs/guard'
import { z } from 'zod'
import type { Progress } from '../console/progress.js'
import { builtDashboard } from './built-dashboard.js'
import { type Databases, prepareDatabases } from './databases.js'
import { createEngines, type Engines } from './engines.js'
import {
  type Environment,
  managementEnvironment,
  managementMigrateEnvironment,
  nodeOptionsOf,
  type Plan,
  proxyEnvironment,
  type Service,
  vaultEnvironment,
  vaultMigrateEnvironment,
} from './environments.js'
import { ensureIdentities, type Identities, proxyName } from './identities.js'
import type { LauncherConfig } from './launcher-config.js'
import { oneAfterAnother, privateFile, randomPassword, readIfThere, writePrivate } from './local-files.js'
import { openState, type StateFile } from './local-state.js'
import { type ListedProcess, writeProcessList } from './process-list.js'
import type { RedisAccess } from './redis-access.js'
import { createSupervisor, type ProcessSpec, type Supervisor } from './supervisor.js'

export interface StartOptions {
  readonly config: LauncherConfig
  readonly inherited: Environment
  readonly progress: Progress
  /** Variables for one kind of service that override its own: for tests. */
  readonly extra?: Partial<Record<'vault' | 'management' | 'proxy', Environment>>
  /** Called early with the way to end what has been started, however far the start has come. */
  readonly onEnder?: (ender: Ender) => void
  /** Called after every change of the processes. */
  readonly onPids?: (pids: ReadonlyMap<string, number>) => void
}

export interface Owner {
  readonly email: string
  readonly password: string
}

export interface Ender {
  /** Ends every process, each before those that it depends on. */
  stop(): Promise<void>
  /** Ends every process at once. */
  kill(): void
}

/** Everything that runs. */
export interface RunningSystem extends Ender {
  readonly config: LauncherConfig
  readonly state: StateFile
  readonly identities: Identities
  readonly databases: Databases
  /** Undefined: Redis is not used. */
  readonly redis: RedisAccess | undefined
  readonly owner: Owner
  readonly logs: string
  readonly supervisor: Supervisor
  pids(): ReadonlyMap<string, number>
  /** Runs a command of management beside the running service. @throws Error with its log where it fails. */
  runManagement(words: readonly string[]): Promise<void>
  /** Runs a command of the vault in the same way. */
  runVault(words: readonly string[]): Promise<void>
}

/** A text in the launcher's command line. */
const LAUNCHER_MARK = path.join('deploy', 'dist', 'main.js')
const OWNER_EMAIL = 'owner@demo.example'
export const ORGANIZATION = 'Demo'

/** Starts the whole system. If a part fails, what had been started is ended. */
export async function startSystem(options: StartOptions): Promise<RunningSystem> {
  const { config, progress } = options
  const logs = path.join(config.stateDir, 'logs')
  await mkdir(logs, { recursive: true, mode: 0o700 })
  const state = await openState(config.stateDir)
  const guard = startGuard()
  let isStarted = false
  const pids = (): ReadonlyMap<string, number> => {
    return new Map([...engines.pids(), ...supervisor.pids()])
  }
  const listFile = path.join(config.stateDir, 'pids.json')
  const writeList = oneAfterAnother(() => writeProcessList(listFile, marked(pids(), engines, config)))
  const onPids = (): void => {
    void writeList()
    options.onPids?.(pids())
  }
  const engines = createEngines({ config, state, progress, guard, onChange: onPids })
  const supervisor = createSupervisor({ guard, inherited: options.inherited, say: progress.say, onPids })
  const stop = async (): Promise<void> => {
    supervisor.close()
    const names = [...supervisor.pids().keys()]
    await Promise.all(names.filter((name) => name.startsWith('proxy')).map((name) => supervisor.stop(name)))
    for (const name of ['management', 'vault', 'provider']) await supervisor.stop(name)
    // Last, because the services still write to the engines while they end.
    await engines.stop()
    await writeList()
    // During a start there may be processes that are on no list yet. The guard ends those.
    if (isStarted) await guard.close()
  }

  const kill = (): void => {
    supervisor.kill()
    engines.kill()
  }

  options.onEnder?.({ stop, kill })

  try {
    const identities = await progress.step('CA and certificates', () =>
      ensureIdentities(path.join(config.stateDir, 'tls'), config.proxies),
    )
    const postgresUrl = await engines.startPostgres()
    const redis = await engines.startRedis()
    const databases = await progress.step('databases and roles', () => ensureDatabases(config, state, postgresUrl))
    const { plan, owner } = await makePlan(config, identities, databases, redis)
    const spec = specsOf(options, logs)
    // Kept for operators' commands beside the running services.
    const { stateDir } = config
    await writePrivate(environmentFile(stateDir, 'vault'), JSON.stringify(vaultEnvironment(plan)))
    await writePrivate(environmentFile(stateDir, 'management'), JSON.stringify(managementEnvironment(plan)))
    await startServices(plan, spec, { ...options, supervisor })
    isStarted = true
    const runManagement = (words: readonly string[]) =>
      supervisor.runToEnd(spec(`management-${words[0]}`, 'management', managementEnvironment(plan), words))
    const runVault = (words: readonly string[]) =>
      supervisor.runToEnd(spec(`vault-${words[0]}`, 'vault', vaultEnvironment(plan), words))
    const commands = { runManagement, runVault }
    return { config, state, identities, databases, redis, owner, logs, supervisor, pids, ...commands, stop, kill }
  } catch (cause) {
    await stop()
    throw cause
  }
}

/** The services whose commands an operator runs beside them. */
export type Operated = 'vault' | 'management'

/** The environment that a service was started with, for its commands. Undefined where nothing was started. */
export async function savedEnvironment(stateDir: string, service: Operated): Promise<Environment | undefined> {
  const text = await readIfThere(environmentFile(stateDir, service))
  return text === undefined ? undefined : z.record(z.string(), z.string()).parse(JSON.parse(text))
}

function environmentFile(stateDir: string, service: Operated): string {
  return path.join(stateDir, `${service}-environment.json`)
}

/** Makes the three databases on the server that `config` names, or on the project's own. */
export async function ensureDatabases(
  config: LauncherConfig,
  state: StateFile,
  postgresUrl: string,
): Promise<Databases> {
  const secretsDir = path.join(config.stateDir, 'secrets')
  if (config.databaseUrl === undefined) return prepareDatabases(postgresUrl, '', secretsDir, true)
  const { host } = new URL(config.databaseUrl)
  const server = `${host}/${config.databasePrefix}`
  const { servers } = state.get()
  const databases = await prepareDatabases(
    config.databaseUrl,
    config.databasePrefix,
    secretsDir,
    servers.includes(server),
  )
  if (!servers.includes(server)) await state.change({ servers: [...servers, server] })
  return databases
}

export async function makePlan(
  config: LauncherConfig,
  identities: Identities,
  databases: Databases,
  redis: RedisAccess | undefined,
): Promise<{ plan: Plan; owner: Owner }> {
  const secret = (name: string): string => path.join(config.stateDir, 'secrets', name)
  const kmsKeyFile = secret('kms.key')
  await privateFile(kmsKeyFile, () => randomBytes(32).toString('base64'))
  const passwordFile = secret('owner.password')
  const owner = { email: OWNER_EMAIL, password: await privateFile(passwordFile, randomPassword) }
  const { host, ports, horizonMs, logLevel, projectDir } = config
  const dashboardDir = builtDashboard(projectDir)
  const bootstrap = { email: owner.email, passwordFile, organization: ORGANIZATION }
  const files = { kmsKeyFile, bootstrap, dashboardDir }
  return { plan: { host, ports, identities, databases, redis, ...files, horizonMs, logLevel }, owner }
}

type SpecOf = (name: string, service: Service, env: Environment, args?: readonly string[]) => ProcessSpec

export function specsOf({ config, extra }: Pick<StartOptions, 'config' | 'extra'>, logs: string): SpecOf {
  return (name, service, env, args = []) => {
    const script = path.join(config.projectDir, 'services', service, 'dist', 'main.js')
    const logFile = path.join(logs, `${name}.log`)
    return { name, nodeOptions: nodeOptionsOf(service), script, args, env: { ...env, ...extra?.[service] }, logFile }
  }
}

async function startServices(
  plan: Plan,
  spec: SpecOf,
  { config, progress, supervisor }: StartOptions & { supervisor: Supervisor },
): Promise<void> {
  await progress.step('migrations', () => runMigrations(plan, spec, supervisor))
  await progress.step('vault', () => supervisor.start(spec('vault', 'vault', vaultEnvironment(plan))))
  await progress.step('management', () =>
    supervisor.start(spec('management', 'management', managementEnvironment(plan))),
  )
  const proxies = Array.from({ length: config.proxies }, (_, index) => index)
  await progress.step(config.proxies === 1 ? 'proxy' : `${config.proxies} proxies`, () =>
    Promise.all(
      proxies.map((index) => supervisor.start(spec(proxyName(index), 'proxy', proxyEnvironment(plan, index)))),
    ),
  )
}

/** Migrates the three schemas to this release. */
export async function runMigrations(plan: Plan, spec: SpecOf, supervisor: Supervisor): Promise<void> {
  await Promise.all([
    supervisor.runToEnd(spec('vault-migrate', 'vault', vaultMigrateEnvironment(plan), ['migrate'])),
    supervisor.runToEnd(spec('management-migrate', 'management', managementMigrateEnvironment(plan), ['migrate'])),
  ])
}

function marked(pids: ReadonlyMap<string, number>, engines: Engines, config: LauncherConfig): ListedProcess[] {
  const launcher = { name: 'launcher', pid: process.pid, mark: LAUNCHER_MARK }
  const mark = (name: string): string => engines.markOf(name) ?? config.projectDir
  return [launcher, ...[...pids].map(([name, pid]) => ({ name, pid, mark: mark(name) }))]
}
