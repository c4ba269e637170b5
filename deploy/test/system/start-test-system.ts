import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { freePort, freeRow } from '@protectmyapi/dev-kit/free-port'
import { startTestRedis, type TestRedis, testRedisBinary } from '@protectmyapi/dev-kit/redis/test-redis'
import { dropDatabases } from '../../src/system/databases.js'
import { inheritedEnvironment, type LauncherConfig, randomPrefix } from '../../src/system/launcher-config.js'
import { randomPassword } from '../../src/system/local-files.js'
import { addresses } from '../../src/system/run-file.js'
import { type RunningSystem, type StartOptions, startSystem } from '../../src/system/start-system.js'
import { createPlanter, type Planter } from './planted-values.js'
import { createRest, type Rest } from './rest.js'
import { silentProgress } from './silent-progress.js'

export interface TestSystemOptions {
  readonly proxies?: number
  readonly extra?: NonNullable<StartOptions['extra']>
  /**
   * `private`: a Redis of the system's own, and the default where the program is installed. Or one that the test has
   * started.
   */
  readonly redis?: 'none' | 'private' | TestRedis
  /** Runs before the start: does what `make restore` does to folder and databases. */
  readonly prepare?: (config: LauncherConfig) => Promise<void>
}

/** The whole system as processes, with ports, databases and a folder of its own. */
export interface TestSystem {
  readonly running: RunningSystem
  readonly management: string
  readonly proxies: readonly string[]
  readonly proxy: string
  /** Signed in as the owner of organization Demo. */
  readonly owner: Rest
  /** `/orgs/{id}` of organization Demo. */
  readonly org: string
  readonly planter: Planter
  /** For tests to stop, kill, flush and restart while the system runs; undefined where the system has none. */
  readonly redis: TestRedis | undefined
  stop(): Promise<void>
}

/**
 * After a test its proxies do not wait for what the test has left open. Tests that end a proxy in order set a longer
 * drain.
 */
const BRIEF_DRAIN = { PMA_DRAIN_MS: '100' }

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')

export async function startTestSystem(options: TestSystemOptions = {}): Promise<TestSystem> {
  const { proxies = 1, extra, redis: wanted = testRedisBinary() === undefined ? 'none' : 'private' } = options
  const databaseUrl = process.env.PMA_TEST_POSTGRES_URL
  if (databaseUrl === undefined) throw new Error('PMA_TEST_POSTGRES_URL is not set')
  const stateDir = await mkdtemp(path.join(os.tmpdir(), 'pma-system-'))
  const redis = await redisOf(wanted)
  const config = await testConfig(stateDir, databaseUrl, proxies, redis)
  await options.prepare?.(config)
  const running = await startSystem({
    config,
    inherited: inheritedEnvironment(process.env),
    progress: silentProgress,
    extra: { ...extra, proxy: { ...BRIEF_DRAIN, ...extra?.proxy } },
  }).catch(async (cause: unknown) => {
    await redis?.drop()
    throw cause
  })
  const known = addresses(running)
  const owner = await createRest(known.management).signIn(running.owner.email, running.owner.password)
  const { items } = await owner.get<{ items: { id: string; name: string }[] }>('/orgs')
  return {
    running,
    management: known.management,
    proxies: known.proxies,
    proxy: known.proxies[0] ?? '',
    owner,
    org: `/orgs/${items.find(({ name }) => name === 'Demo')?.id ?? ''}`,
    planter: createPlanter(),
    redis,
    async stop() {
      await running.stop()
      await redis?.drop()
      await dropDatabases(databaseUrl, config.databasePrefix)
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}

async function redisOf(wanted: NonNullable<TestSystemOptions['redis']>): Promise<TestRedis | undefined> {
  if (wanted === 'none') return undefined
  return wanted === 'private' ? startTestRedis({ password: randomPassword() }) : wanted
}

async function testConfig(
  stateDir: string,
  databaseUrl: string,
  proxies: number,
  redis: TestRedis | undefined,
): Promise<LauncherConfig> {
  const [management, directory, vault, provider] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  return {
    projectDir: PROJECT,
    stateDir,
    host: '127.0.0.1',
    proxies,
    demo: false,
    ports: { management, directory, vault, provider, postgres: 0, redis: 0, proxy: await freeRow(proxies) },
    databaseUrl,
    databasePrefix: randomPrefix(),
    postgres: 'auto',
    redis:
      redis === undefined
        ? { kind: 'none', why: 'the test goes without' }
        : { kind: 'given', url: redis.url, cluster: false },
    horizonMs: 30_000,
    logLevel: 'debug',
  }
}
