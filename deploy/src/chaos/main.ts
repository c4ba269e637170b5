import path from 'node:path'
import { createProgress } from '../console/progress.js'
import { inheritedEnvironment } from '../system/launcher-config.js'
import { chaosConfig } from './chaos-config.js'
import { runChaos } from './run-chaos.js'

const progress = createProgress((line) => console.log(line))
let ender: (() => Promise<void>) | undefined

async function main(): Promise<boolean> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void interrupt())
  return runChaos({
    config: chaosConfig(process.env),
    projectDir: path.resolve(import.meta.dirname, '..', '..', '..'),
    inherited: inheritedEnvironment(process.env),
    progress,
    onEnder: (given) => {
      ender = given
    },
  })
}

async function interrupt(): Promise<void> {
  await ender?.()
  process.exit(1)
}

main().then(
  (isGreen) => process.exit(isGreen ? 0 : 1),
  (cause: unknown) => {
    console.error(cause instanceof Error ? cause.message : String(cause))
    process.exit(1)
  },
)
