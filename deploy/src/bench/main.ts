import path from 'node:path'
import { createProgress } from '../console/progress.js'
import { inheritedEnvironment } from '../system/launcher-config.js'
import type { Ender } from '../system/start-system.js'
import { benchConfig } from './bench-config.js'
import { runBench } from './run-bench.js'

const progress = createProgress((line) => console.log(line))
let ender: Ender | undefined

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void interrupt())
  await runBench({
    config: benchConfig(process.env),
    projectDir: path.resolve(import.meta.dirname, '..', '..', '..'),
    inherited: inheritedEnvironment(process.env),
    progress,
    onEnder: (given) => {
      ender = given
    },
  })
}

async function interrupt(): Promise<void> {
  await ender?.stop()
  process.exit(1)
}

main().then(
  () => process.exit(0),
  (cause: unknown) => {
    console.error(cause instanceof Error ? cause.message : String(cause))
    process.exit(1)
  },
)
