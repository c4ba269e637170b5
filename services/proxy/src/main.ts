import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { runProgram } from '@protectmyapi/service-kit/program/program'
import { buildProxy } from './build.js'
import { describeEnvironment, loadConfig } from './config.js'

// A proxy has a core to itself, where the collector's helper threads would only compete with it.
setFlagsFromString('--no-parallel-scavenge')

await runProgram(process, {
  name: 'proxy',
  about: 'proxy: runs the proxy.',
  describeEnvironment,
  async serve(endWith) {
    const config = loadConfig(process.env, (path) => readFileSync(path, 'utf8'))
    const log = createLogger('proxy', config.logLevel)
    const proxy = await buildProxy(config, log)
    // Before it starts, because it already listens while it waits for its first Sync.
    endWith(log, () => proxy.stop())
    return { log, ready: { port: await proxy.start() } }
  },
  commands: {},
})
