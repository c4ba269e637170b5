import { readFileSync } from 'node:fs'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { ConfigError } from '@protectmyapi/service-kit/config'
import { createLogger } from '@protectmyapi/service-kit/log'
import { startManagement } from './build.js'
import { describeEnvironment, loadConfig, loadMigrateConfig } from './config.js'
import { runMigrations } from './migrate.js'

const SERVICE = 'management'
const EXIT_CONFIG = 2

const readFile = (path: string): string => readFileSync(path, 'utf8')

async function serve(): Promise<void> {
  const config = loadConfig(process.env, readFile)
  const log = createLogger(SERVICE, config.logLevel)
  const management = await startManagement(config, { log, clock: systemClock })
  const end = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'ending')
    void management.close().then(() => process.exit(0))
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  log.info({ restPort: management.restPort, directoryPort: management.directoryPort }, 'ready')
}

async function migrate(): Promise<void> {
  const config = loadMigrateConfig(process.env, readFile)
  await runMigrations(config, createLogger(SERVICE, config.logLevel))
}

async function main(words: readonly string[]): Promise<void> {
  const [command, ...rest] = words
  if (rest.length > 0) throw new ConfigError(`Unknown words: ${rest.join(' ')}`)
  if (command === undefined) return serve()
  if (command === 'migrate') return migrate()
  if (command === '--help') {
    process.stdout.write(
      `management: serves; management migrate: brings the database up to date.\n\n${describeEnvironment()}\n`,
    )
    return
  }
  throw new ConfigError(`Unknown command ${command}: give none, migrate or --help.`)
}

main(process.argv.slice(2)).catch((err: unknown) => {
  if (err instanceof ConfigError) {
    process.stderr.write(`${err.message}\n`)
    process.exit(EXIT_CONFIG)
  }
  createLogger(SERVICE, 'error').error({ err }, 'management could not start')
  process.exit(1)
})
