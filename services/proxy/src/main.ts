import { readFileSync } from 'node:fs'
import { ConfigError } from '@protectmyapi/service-kit/config'
import { createLogger } from '@protectmyapi/service-kit/log'
import { buildProxy } from './build.js'
import { describeEnvironment, loadConfig } from './config.js'

const SERVICE = 'proxy'
const EXIT_CONFIG = 2

async function serve(): Promise<void> {
  const config = loadConfig(process.env, (path) => readFileSync(path, 'utf8'))
  const log = createLogger(SERVICE, config.logLevel)
  const proxy = await buildProxy(config, log)
  const end = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'ending')
    void proxy.stop().then(() => process.exit(0))
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  const port = await proxy.start()
  log.info({ port }, 'ready')
}

async function main(words: readonly string[]): Promise<void> {
  const [command] = words
  if (command === undefined) return serve()
  if (command !== '--help') throw new ConfigError(`Unknown command ${command}: give none, or --help.`)
  process.stdout.write(`proxy: serves apps.\n\n${describeEnvironment()}\n`)
}

main(process.argv.slice(2)).catch((err: unknown) => {
  if (err instanceof ConfigError) {
    process.stderr.write(`${err.message}\n`)
    process.exit(EXIT_CONFIG)
  }
  createLogger(SERVICE, 'error').error({ err }, 'the proxy could not start')
  process.exit(1)
})
