import { createHash } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { type PostgresServer, SHARED_FOLDER, startPostgres } from '@protectmyapi/dev-kit/postgres/postgres-server'
import type { Guard } from '@protectmyapi/dev-kit/programs/guard'
import type { Engine } from './engine.js'
import { privateFile, randomPassword } from './local-files.js'
import type { StateFile } from './local-state.js'

export interface LocalPostgresOptions {
  readonly stateDir: string
  readonly state: StateFile
  readonly port: number
  readonly choice: 'auto' | 'embedded'
  readonly settings?: Readonly<Record<string, string>>
  readonly say: (line: string) => void
}

/** The Postgres of this folder, started again when it dies. */
export interface LocalPostgres extends Engine {
  /** The URL of the superuser. */
  readonly url: string
}

const RESTART_AFTER_MS = 500

/** @throws Error with the end of its log where the first start fails. */
export async function keepLocalPostgres(
  options: LocalPostgresOptions,
  guard: Guard,
  onChange: () => void,
): Promise<LocalPostgres> {
  let server: PostgresServer | undefined
  let stopping = false
  const start = async (): Promise<PostgresServer> => {
    const started = await startOnce(options)
    server = started
    guard.watch(started.pid)
    started.child.once('exit', () => {
      guard.release(started.pid)
      server = undefined
      if (!stopping) void revive()
    })
    onChange()
    return started
  }
  const revive = async (): Promise<void> => {
    onChange()
    options.say('Postgres ended: it is started again')
    await new Promise((resolve) => setTimeout(resolve, RESTART_AFTER_MS))
    if (!stopping)
      await start().catch((cause: unknown) => options.say(cause instanceof Error ? cause.message : String(cause)))
  }
  const { url } = await start()
  return {
    url,
    mark: options.state.get().postgresFolder ?? options.stateDir,
    pid: () => server?.pid,
    async stop() {
      stopping = true
      await server?.stop()
    },
    // SIGQUIT: ends without a checkpoint. Never SIGKILL, because the backends would live on and hold the data.
    kill() {
      stopping = true
      server?.child.kill('SIGQUIT')
    },
  }
}

async function startOnce(options: LocalPostgresOptions): Promise<PostgresServer> {
  const { stateDir, state, port, choice, say } = options
  const folder = state.get().postgresFolder ?? (await newFolder(stateDir, state.get().instance))
  await state.change({ postgresFolder: folder })
  return startPostgres({
    folder,
    port,
    choice,
    password: await privateFile(path.join(stateDir, 'secrets', 'postgres.password'), randomPassword),
    logFile: path.join(stateDir, 'logs', 'postgres.log'),
    settings: { max_connections: '200', ...options.settings },
    say,
  })
}

/**
 * When started by root, Postgres runs as another user, who cannot enter a home of mode 0700. The data are then kept in
 * a folder that every user may enter.
 */
async function newFolder(stateDir: string, instance: string): Promise<string> {
  if (process.getuid?.() !== 0) return path.join(stateDir, 'postgres')
  const ours = sharedFolderOf(stateDir)
  await mkdir(ours, { recursive: true, mode: 0o755 })
  // Data of an earlier `.local` of this folder, whose passwords are lost.
  for (const name of await readdir(ours))
    if (name !== instance) await rm(path.join(ours, name), { recursive: true, force: true })
  return path.join(ours, instance)
}

/** A folder outside of the project that belongs to this state folder alone. */
export function sharedFolderOf(stateDir: string): string {
  const digest = createHash('sha256').update(stateDir).digest('hex').slice(0, 16)
  return path.join(SHARED_FOLDER, `data-${digest}`)
}
