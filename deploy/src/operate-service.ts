import { spawn } from 'node:child_process'
import path from 'node:path'
import type { CommandWord } from './read-command.js'
import type { Environment } from './system/environments.js'
import type { LauncherConfig } from './system/launcher-config.js'
import { type Operated, savedEnvironment } from './system/start-system.js'

export interface OperateOptions {
  readonly config: Pick<LauncherConfig, 'stateDir' | 'projectDir'>
  readonly inherited: Environment
}

/**
 * A command of the vault (`rotate-data-keys --now`) or of management, run beside the service that `make run` has
 * started.
 */
export type Command = readonly [service: Operated, ...words: string[]]

/** The service commands behind a command of the launcher; none for a command of its own. */
export function operatorCommands(word: CommandWord, words: readonly string[]): readonly Command[] {
  if (word === 'rotate-data-keys') return dataKeyRotation(words)
  return word === 'rewrap-data-keys' || word === 'data-keys' ? [['vault', word]] : []
}

/**
 * Rotates data keys, and where these may be known also ends the lease keys derived from them. That is management's
 * command, because the vault cannot notify proxies.
 */
function dataKeyRotation(words: readonly string[]): readonly Command[] {
  const organization = words.filter((word) => word !== '--now')
  const rotate: Command = ['vault', 'rotate-data-keys', ...words]
  return words.includes('--now') ? [rotate, ['management', 'end-lease-keys', ...organization]] : [rotate]
}

/** Runs the commands one after another, up to the first that fails. Answers the status of the last one run. */
export async function operate(commands: readonly Command[], options: OperateOptions): Promise<number> {
  let status = 0
  for (const command of commands) {
    status = await runOne(command, options)
    if (status !== 0) break
  }
  return status
}

async function runOne([service, ...words]: Command, { config, inherited }: OperateOptions): Promise<number> {
  const env = await savedEnvironment(config.stateDir, service)
  if (env === undefined) throw new Error('Nothing has been started in this folder yet. Start it with make run.')
  const script = path.join(config.projectDir, 'services', service, 'dist', 'main.js')
  const child = spawn(process.execPath, [script, ...words], { env: { ...inherited, ...env }, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
