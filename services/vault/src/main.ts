import { readFileSync } from 'node:fs'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { createLogger } from '@protectmyapi/service-kit/log'
import { runProgram } from '@protectmyapi/service-kit/program'
import { startVault } from './build.js'
import { describeEnvironment, loadConfig, loadMigrateConfig } from './config.js'
import { runMigrations } from './migrate.js'
import { waitForSchemas } from './wait-for-schema.js'

const readFile = (path: string): string => readFileSync(path, 'utf8')

const ABOUT = `vault: serves.
vault migrate: brings the databases up to date.
vault wait-for-schema: ends once the databases have what this version needs; what a pod waits by.`

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
      await runMigrations(config, createLogger('vault', config.logLevel))
    },
    async 'wait-for-schema'() {
      const config = loadConfig(process.env, readFile)
      await waitForSchemas(config, createLogger('vault', config.logLevel))
    },
  },
})
