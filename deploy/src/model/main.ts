import os from 'node:os'
import path from 'node:path'
import { modelConfig } from './model-config.js'
import { runModel } from './run-model.js'

/** `make model`: the protocol of docs/freshness.md, checked; and each of its rules, shown to be needed. */
async function main(): Promise<number> {
  // It takes a core for minutes: whatever else runs here goes first.
  os.setPriority(10)
  return runModel({
    config: modelConfig(process.env),
    projectDir: path.resolve(import.meta.dirname, '..', '..', '..'),
    searchPath: process.env.PATH,
    say: (line) => console.log(line),
  })
}

main().then(
  (status) => process.exit(status),
  (cause: unknown) => {
    console.error(cause instanceof Error ? cause.message : String(cause))
    process.exit(1)
  },
)
