import { readFileSync } from 'node:fs'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { loadedWhenCalled } from '@protectmyapi/service-kit/program/loaded-when-called'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { runProgram } from '@protectmyapi/service-kit/program/program'
import type { DataKeysToRotate } from './commands/run-rotate-data-keys.js'
import { describeEnvironment, loadConfig, loadMigrateConfig, type VaultConfig } from './config.js'
import type { VaultPorts } from './open-vault.js'

const ABOUT = `vault: runs the vault.
vault migrate: brings the databases up to date.
vault wait-for-schema: waits until the databases have the schema that this version needs; for init containers.
vault rotate-data-keys [<organization>]: new writes are sealed under new data keys from now on; vaults reseal what is stored, in the background.
vault rotate-data-keys --now [<organization>]: the same after a leak: once it has ended, nothing stored can be opened with the old keys. Then run management end-lease-keys.
vault rotate-head-key: a new key signs heads from now on; existing signatures stay valid.
vault rotate-head-key --known-since <time>: the same after a leak at that time; verify marks what was signed since then as doubtful.
vault rewrap-data-keys: rewraps every data key under the configured master key.
vault data-keys: shows how far rotation and rewrapping are: one line of JSON for each organization that is behind and for each master key.`

// Loaded on demand, so that commands do not wait for the modules that only serving needs.
const startVault = loadedWhenCalled(async () => (await import('./build.js')).startVault)
const runDataKeys = loadedWhenCalled(async () => (await import('./commands/run-data-keys.js')).runDataKeys)
const runMigrate = loadedWhenCalled(async () => (await import('./commands/run-migrate.js')).runMigrate)
const runRewrapDataKeys = loadedWhenCalled(
  async () => (await import('./commands/run-rewrap-data-keys.js')).runRewrapDataKeys,
)
const runRotateDataKeys = loadedWhenCalled(
  async () => (await import('./commands/run-rotate-data-keys.js')).runRotateDataKeys,
)
const runRotateHeadKey = loadedWhenCalled(
  async () => (await import('./commands/run-rotate-head-key.js')).runRotateHeadKey,
)
const runWaitForSchema = loadedWhenCalled(
  async () => (await import('./commands/run-wait-for-schema.js')).runWaitForSchema,
)

const readFile = (path: string): string => readFileSync(path, 'utf8')

await runProgram(process, {
  name: 'vault',
  about: ABOUT,
  describeEnvironment,
  async serve(endWith) {
    const config = loadConfig(process.env, readFile)
    const log = createLogger('vault', config.logLevel)
    const vault = await startVault(config, { log, clock: systemClock })
    endWith(log, () => vault.close())
    return { log, ready: { port: vault.port } }
  },
  commands: {
    async migrate() {
      const config = loadMigrateConfig(process.env, readFile)
      await runMigrate(config, createLogger('vault', config.logLevel))
    },
    async 'wait-for-schema'() {
      const config = loadConfig(process.env, readFile)
      await runWaitForSchema(config, createLogger('vault', config.logLevel))
    },
    'rotate-data-keys': () => rotate({ now: false }),
    'rotate-data-keys --now': () => rotate({ now: true }),
    'rotate-data-keys <organization>': (organizationId) => rotate({ organizationId, now: false }),
    'rotate-data-keys --now <organization>': (organizationId) => rotate({ organizationId, now: true }),
    'rotate-head-key': () => operate((config, ports) => runRotateHeadKey(config, undefined, ports)),
    'rotate-head-key --known-since <time>': (time) => operate((config, ports) => runRotateHeadKey(config, time, ports)),
    'rewrap-data-keys': () => operate(runRewrapDataKeys),
    // Standard output carries the requested lines; the log goes to standard error.
    'data-keys': () => operate((config, ports) => runDataKeys(config, ports, (line) => process.stdout.write(line))),
  },
})

function rotate(asked: DataKeysToRotate): Promise<void> {
  return operate((config, ports) => runRotateDataKeys(config, asked, ports))
}

async function operate(work: (config: VaultConfig, ports: VaultPorts) => Promise<void>): Promise<void> {
  const config = loadConfig(process.env, readFile)
  await work(config, { log: createLogger('vault', config.logLevel, process.stderr), clock: systemClock })
}
