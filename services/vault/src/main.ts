import { readFileSync } from 'node:fs'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { createLogger } from '@protectmyapi/service-kit/log'
import { runProgram } from '@protectmyapi/service-kit/program'
import { startVault } from './build.js'
import { describeEnvironment, loadConfig, loadMigrateConfig } from './config.js'
import { runMigrations } from './migrate.js'

const readFile = (path: string): string => readFileSync(path, 'utf8')

await runProgram(process, {
  name: 'vault',
  about: 'vault: serves; vault migrate: brings the databases up to date.',
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
  },
})
