import { spawn } from 'node:child_process'
import path from 'node:path'
import { z } from 'zod'
import type { Environment } from './system/environments.js'
import type { LauncherConfig } from './system/launcher-config.js'
import { readIfThere } from './system/local-files.js'
import { vaultEnvironmentFile } from './system/start-system.js'

export interface OperateOptions {
  readonly config: Pick<LauncherConfig, 'stateDir' | 'projectDir'>
  readonly inherited: Environment
  /** A command of the vault: `rotate-data-keys --now`. */
  readonly words: readonly string[]
}

/** Runs a command of the vault beside the one that `make run` serves with. Answers its status. */
export async function operateVault({ config, inherited, words }: OperateOptions): Promise<number> {
  const text = await readIfThere(vaultEnvironmentFile(config.stateDir))
  if (text === undefined) throw new Error('Nothing has been started here yet: make run.')
  const env = z.record(z.string(), z.string()).parse(JSON.parse(text))
  const script = path.join(config.projectDir, 'services', 'vault', 'dist', 'main.js')
  const child = spawn(process.execPath, [script, ...words], { env: { ...inherited, ...env }, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
