import { createLogger } from '@protectmyapi/service-kit/program/log'
import { createDemoProvider } from './demo-provider.js'

const log = createLogger('provider', process.env.LOG_LEVEL ?? 'info')
const port = Number(process.env.PMA_PROVIDER_PORT ?? '8090')
const server = createDemoProvider()

server.on('error', (err) => {
  log.fatal({ err }, 'the demo provider cannot listen')
  process.exit(1)
})
// Always loopback, whatever HOST says, because this is not a real provider.
server.listen(port, '127.0.0.1', () => log.info({ port }, 'ready'))

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
