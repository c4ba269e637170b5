import { rm } from 'node:fs/promises'
import path from 'node:path'
import { dropDatabases } from './system/databases.js'
import type { LauncherConfig } from './system/launcher-config.js'
import { readIfThere } from './system/local-files.js'
import { sharedFolderOf } from './system/local-postgres.js'
import { openState } from './system/local-state.js'
import { endLeftOvers, stillRunning } from './system/process-list.js'

export interface ResetOptions {
  readonly config: LauncherConfig
  readonly say: (line: string) => void
  /** Asks a person; true for yes. */
  readonly confirm: (question: string) => Promise<boolean>
}

/** `make reset`: deletes everything, after asking. */
export async function reset({ config, say, confirm }: ResetOptions): Promise<void> {
  const { stateDir, databaseUrl, databasePrefix } = config
  if ((await readIfThere(path.join(stateDir, 'state.json'))) === undefined) return say('There is nothing to delete.')
  const state = await openState(stateDir)
  const running = await stillRunning(path.join(stateDir, 'pids.json'))
  const launcher = running.find(({ name }) => name === 'launcher')
  if (launcher !== undefined)
    throw new Error(
      `ProtectMyAPI is still running (process ${launcher.pid}). Stop it first, with Ctrl-C or: kill ${launcher.pid}`,
    )
  const { servers } = state.get()
  const server = databaseUrl === undefined ? undefined : `${new URL(databaseUrl).host}/${databasePrefix}`
  const stays = servers.filter((known) => known !== server)
  for (const known of stays)
    say(`Databases on ${known}… stay, unless DATABASE_URL (and PMA_DATABASE_PREFIX) name them.`)
  if (!(await confirm(`Delete everything in ${stateDir}: secrets, accounts, logs, certificates? [y/N] `)))
    return say('Nothing was changed.')
  await endLeftOvers(running)
  if (databaseUrl !== undefined && server !== undefined && servers.includes(server))
    await dropDatabases(databaseUrl, databasePrefix)
  const { postgresFolder } = state.get()
  if (postgresFolder?.startsWith(sharedFolderOf(stateDir)) === true)
    await rm(sharedFolderOf(stateDir), { recursive: true, force: true })
  await rm(stateDir, { recursive: true, force: true })
  say('Everything was deleted.')
}
