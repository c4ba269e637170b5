import os from 'node:os'
import path from 'node:path'
import { modelConfig } from './model-config.js'
import { runModel } from './run-model.js'

/** `make model`: checks the protocol of docs/freshness.md, and shows that each of its rules is needed. */
async function main(): Promise<number> {
  // It occupies a core for minutes, so everything else on the machine gets priority.
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
