import path from 'node:path'
import { freePort } from '@protectmyapi/dev-kit/free-port'
import { proxyEnvironment } from '../../system/environments.js'
import type { RunningSystem } from '../../system/start-system.js'

/** A process that is measured. */
export interface Subject {
  readonly pid: number
  readonly port: number
}

/** Who admits: Redis, management over gRPC, or nobody (a test double: what the rest of the path costs). */
export type Admission = 'redis' | 'directory' | 'nobody'

/** Of the system itself. */
export function firstProxy({ config, pids }: RunningSystem): Subject {
  return { pid: pids().get('proxy-1') ?? 0, port: config.ports.proxy }
}

/** Programs of the proxy, below its `dist`. The second is a test's: it admits whoever comes, and records nothing. */
const PROGRAMS = { directory: 'main.js', nobody: path.join('test', 'admit-everybody', 'main.js') } as const

/** One more proxy, without Redis, under the first one's certificate. */
export async function startProxy(system: RunningSystem, admission: keyof typeof PROGRAMS): Promise<Subject> {
  const { config, identities, logs, supervisor } = system
  const { host, logLevel, projectDir } = config
  const port = await freePort()
  const name = `proxy-${admission}`
  const plan = { host, logLevel, identities, redis: undefined, ports: { ...config.ports, proxy: port } }
  await supervisor.start({
    name,
    script: path.join(projectDir, 'services', 'proxy', 'dist', PROGRAMS[admission]),
    env: { ...proxyEnvironment(plan, 0), PMA_UPSTREAM_CA_FILE: identities.ca },
    logFile: path.join(logs, `${name}.log`),
  })
  return { pid: supervisor.pids().get(name) ?? 0, port }
}
