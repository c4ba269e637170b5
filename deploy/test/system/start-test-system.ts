import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { freePort, freeRow } from '@protectmyapi/dev-kit/free-port'
import { silentProgress } from '../../src/console/progress.js'
import { dropDatabases } from '../../src/system/databases.js'
import { inheritedEnvironment, type LauncherConfig, randomPrefix } from '../../src/system/launcher-config.js'
import { addresses } from '../../src/system/run-file.js'
import { type RunningSystem, type StartOptions, startSystem } from '../../src/system/start-system.js'
import { createPlanter, type Planter } from './planted-values.js'
import { createRest, type Rest } from './rest.js'

export interface TestSystemOptions {
  readonly proxies?: number
  readonly extra?: NonNullable<StartOptions['extra']>
}

/** The whole system as processes, on ports, databases and a folder of its own. */
export interface TestSystem {
  readonly running: RunningSystem
  readonly management: string
  readonly proxies: readonly string[]
  readonly proxy: string
  /** Signed in as the owner of organisation Demo. */
  readonly owner: Rest
  /** `/orgs/{id}` of organisation Demo. */
  readonly org: string
  readonly planter: Planter
  stop(): Promise<void>
}

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')

export async function startTestSystem({ proxies = 1, extra }: TestSystemOptions = {}): Promise<TestSystem> {
  const databaseUrl = process.env.PMA_TEST_POSTGRES_URL
  if (databaseUrl === undefined) throw new Error('PMA_TEST_POSTGRES_URL is not set')
  const stateDir = await mkdtemp(path.join(os.tmpdir(), 'pma-system-'))
  const config = await testConfig(stateDir, databaseUrl, proxies)
  const inherited = inheritedEnvironment(process.env)
  const running = await startSystem({
    config,
    inherited,
    progress: silentProgress,
    ...(extra === undefined ? {} : { extra }),
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
    async stop() {
      await running.stop()
      await dropDatabases(databaseUrl, config.databasePrefix)
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}

async function testConfig(stateDir: string, databaseUrl: string, proxies: number): Promise<LauncherConfig> {
  const [management, directory, vault, provider] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  return {
    projectDir: PROJECT,
    stateDir,
    host: '127.0.0.1',
    proxies,
    demo: false,
    ports: { management, directory, vault, provider, postgres: 0, proxy: await freeRow(proxies) },
    databaseUrl,
    databasePrefix: randomPrefix(),
    postgres: 'auto',
    horizonMs: 30_000,
    logLevel: 'debug',
  }
}
