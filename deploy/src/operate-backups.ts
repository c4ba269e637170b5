import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { startGuard } from '@protectmyapi/dev-kit/programs/guard'
import { z } from 'zod'
import { type BackupConfig, needed } from './backup/backup-config.js'
import { backup, check, restore } from './backup/commands.js'
import type { Progress } from './console/progress.js'
import { type Databases, knownDatabases } from './system/databases.js'
import { createEngines } from './system/engines.js'
import type { Environment } from './system/environments.js'
import { ensureIdentities } from './system/identities.js'
import type { LauncherConfig } from './system/launcher-config.js'
import { readIfThere } from './system/local-files.js'
import { MovableState, openState, type StateFile } from './system/local-state.js'
import { stillRunning } from './system/process-list.js'
import { runFilePath } from './system/run-file.js'
import { ensureDatabases, makePlan, runMigrations, specsOf } from './system/start-system.js'
import { createSupervisor } from './system/supervisor.js'

export interface OperateBackupsOptions {
  readonly config: LauncherConfig
  readonly backups: BackupConfig
  readonly inherited: Environment
  readonly progress: Progress
}

/** `make backup`: backs up what `make run` serves, or has served. */
export async function backUpLocal({ config, backups, progress }: OperateBackupsOptions): Promise<void> {
  const { stateDir } = config
  if ((await readIfThere(path.join(stateDir, 'state.json'))) === undefined)
    throw new Error('Nothing has been started in this folder yet. Start it with make run.')
  needed(backups, 'recipient')
  const state = await openState(stateDir)
  const launcher = MovableState.parse(state.get())
  const make = (databases: Databases): Promise<void> =>
    backup({ config: backups, progress }, { databases, secretsDir: secretsOf(stateDir), launcher })
  const served = await servedFrom(config)
  if (served !== undefined) return make(served)
  await withServer(config, state, progress, async (url) => make(knownLocal(config, url)))
}

/** `make restore`: restores what `make run` will serve. */
export async function restoreLocal(options: OperateBackupsOptions): Promise<void> {
  const { config, backups, inherited, progress } = options
  const { stateDir } = config
  const running = await stillRunning(path.join(stateDir, 'pids.json'))
  const [first] = running
  if (first !== undefined)
    throw new Error(
      `ProtectMyAPI is still running (${first.name}, process ${first.pid}). Stop it first, with Ctrl-C in its terminal.`,
    )
  const checked = await check({ config: backups, progress })
  const launcher = MovableState.parse(checked.kept.launcher)
  await mkdir(path.join(stateDir, 'logs'), { recursive: true, mode: 0o700 })
  const state = await openState(stateDir)
  await withServer(config, state, progress, async (url, guard) => {
    const databases = await ensureDatabases(config, state, url)
    const migrate = async (): Promise<void> => {
      const identities = await ensureIdentities(path.join(stateDir, 'tls'), config.proxies)
      const { plan } = await makePlan(config, identities, databases, undefined)
      const supervisor = createSupervisor({ guard, inherited, say: progress.say, onPids: () => undefined })
      await runMigrations(plan, specsOf({ config }, path.join(stateDir, 'logs')), supervisor)
    }
    await restore({ config: backups, progress }, checked, { databases, secretsDir: secretsOf(stateDir) }, migrate)
    await state.change(launcher)
  })
}

function secretsOf(stateDir: string): string {
  return path.join(stateDir, 'secrets')
}

function knownLocal({ databaseUrl, databasePrefix, stateDir }: LauncherConfig, url: string): Databases {
  return knownDatabases(url, databaseUrl === undefined ? '' : databasePrefix, secretsOf(stateDir))
}

const RunFile = z.object({ databases: z.object({ management: z.url() }) })

/** The databases of a `make run` that still runs with a server of its own; undefined where there is none. */
async function servedFrom(config: LauncherConfig): Promise<Databases | undefined> {
  if (config.databaseUrl !== undefined) return undefined
  const running = await stillRunning(path.join(config.stateDir, 'pids.json'))
  if (running.length === 0) return undefined
  const text = await readIfThere(runFilePath(config.stateDir))
  if (text === undefined) throw new Error('ProtectMyAPI is starting or stopping. Try again when that is done.')
  return knownLocal(config, RunFile.parse(JSON.parse(text)).databases.management)
}

/** Runs `work` with the server that DATABASE_URL names, or with the project's own server, which is started for it. */
async function withServer(
  config: LauncherConfig,
  state: StateFile,
  progress: Progress,
  work: (url: string, guard: ReturnType<typeof startGuard>) => Promise<void>,
): Promise<void> {
  const guard = startGuard()
  const engines = createEngines({ config, state, progress, guard, onChange: () => undefined })
  try {
    await work(await engines.startPostgres(), guard)
  } finally {
    await engines.stop()
    await guard.close()
  }
}
