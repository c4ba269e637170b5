import { readFileSync } from 'node:fs'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { createLogger } from '@protectmyapi/service-kit/log'
import { runProgram } from '@protectmyapi/service-kit/program'
import { startManagement } from './build.js'
import { describeEnvironment, loadConfig, loadMigrateConfig } from './config.js'
import { runMigrations } from './migrate.js'

const readFile = (path: string): string => readFileSync(path, 'utf8')

await runProgram(process, {
  name: 'management',
  about: 'management: serves; management migrate: brings the database up to date.',
  describeEnvironment,
  async serve(endWith) {
    const config = loadConfig(process.env, readFile)
    const log = createLogger('management', config.logLevel)
    const management = await startManagement(config, { log, clock: systemClock })
    endWith(log, () => management.close())
    return { log, ready: { restPort: management.restPort, directoryPort: management.directoryPort } }
  },
  commands: {
    async migrate() {
      const config = loadMigrateConfig(process.env, readFile)
      await runMigrations(config, createLogger('management', config.logLevel))
    },
  },
})
