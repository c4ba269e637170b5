import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import { findSystemRedis } from '@protectmyapi/dev-kit/redis/redis-binary'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import { shownError } from '@protectmyapi/service-kit/shown-text'
import { backupConfig } from './backup/backup-config.js'
import { makeIdentity } from './backup/commands.js'
import { createProgress } from './console/progress.js'
import { backUpLocal, type OperateBackupsOptions, restoreLocal } from './operate-backups.js'
import { operate, operatorCommands } from './operate-service.js'
import { readCommand, USAGE } from './read-command.js'
import { reset } from './reset.js'
import { run } from './run.js'
import { inheritedEnvironment, launcherConfig } from './system/launcher-config.js'
import type { Ender } from './system/start-system.js'

const projectDir = path.resolve(import.meta.dirname, '..', '..')
const progress = createProgress((line) => console.log(line))
let ender: Ender | undefined
let ending = false

async function main(words: readonly string[]): Promise<void> {
  const command = readCommand(words)
  if (command === '--help') return console.log(USAGE)
  const config = launcherConfig(process.env, projectDir, { redisServer: await findSystemRedis(process.env.PATH) })
  const commands = operatorCommands(command, words.slice(1))
  if (commands.length > 0)
    process.exit(await operate(commands, { config, inherited: inheritedEnvironment(process.env) }))
  const onBackups = BACKUPS[command]
  if (onBackups !== undefined) {
    const backups = backupConfig(process.env, projectDir)
    return onBackups({ config, backups, inherited: inheritedEnvironment(process.env), progress })
  }
  if (command === 'reset') return reset({ config, say: progress.say, confirm })
  // An interrupted start ends what it has started, with the help of the guard if need be.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0))
  await run({
    config,
    inherited: inheritedEnvironment(process.env),
    progress,
    write: (text) => process.stdout.write(text),
    onEnder: (given) => {
      ender = given
    },
  })
}

const BACKUPS: Readonly<Record<string, (options: OperateBackupsOptions) => Promise<void>>> = {
  backup: backUpLocal,
  restore: restoreLocal,
  'backup-identity': ({ backups, progress: told }) => makeIdentity({ config: backups, progress: told }),
}

/** Ends everything; a second Ctrl-C does not wait. */
async function end(status: number): Promise<void> {
  if (ending) {
    ender?.kill()
    process.exit(1)
  }
  ending = true
  const { stop } = ender ?? {}
  if (stop !== undefined) await progress.step('ending everything', stop)
  process.exit(status)
}

async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await lines.question(question)).trim())
  } finally {
    lines.close()
  }
}

main(process.argv.slice(2)).catch(async (cause: unknown) => {
  // After an interruption, errors of the interrupted start are not printed.
  if (ending) return
  console.error(`\n${shownError(cause)}`)
  await end(cause instanceof ConfigError ? 2 : 1)
})
