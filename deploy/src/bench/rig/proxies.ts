import path from 'node:path'
import { freePort } from '@protectmyapi/dev-kit/free-port'
import { type Environment, nodeOptionsOf, proxyEnvironment } from '../../system/environments.js'
import type { RunningSystem } from '../../system/start-system.js'

/** A process that is measured. */
export interface Subject {
  readonly pid: number
  readonly port: number
}

/**
 * What admits requests: Redis (`redis, telling`: with telemetry on as well), management over gRPC, or a test double
 * that admits everybody and so shows what the rest of the path costs.
 */
export type Admission = 'redis' | 'redis, telling' | 'directory' | 'nobody'

/** The first proxy of the system itself. */
export function firstProxy({ config, pids }: RunningSystem): Subject {
  return { pid: pids().get('proxy-1') ?? 0, port: config.ports.proxy }
}

/**
 * Entry points of the proxy, below its `dist`. The last is a test double that admits every request and records nothing.
 */
const PROGRAMS = {
  'redis, telling': 'main.js',
  directory: 'main.js',
  nobody: path.join('test', 'admit-everybody', 'main.js'),
} as const

/** Starts another proxy under the first one's certificate, with Redis if `admission` needs it. */
export async function startProxy(
  system: RunningSystem,
  admission: keyof typeof PROGRAMS,
  telling: Environment = {},
): Promise<Subject> {
  const { config, identities, logs, supervisor } = system
  const { host, logLevel, projectDir } = config
  const port = await freePort()
  const name = `proxy-${admission.replace(', ', '-')}`
  const redis = admission === 'redis, telling' ? system.redis : undefined
  const plan = { host, logLevel, identities, redis, ports: { ...config.ports, proxy: port } }
  await supervisor.start({
    name,
    nodeOptions: nodeOptionsOf('proxy'),
    script: path.join(projectDir, 'services', 'proxy', 'dist', PROGRAMS[admission]),
    env: { ...proxyEnvironment(plan, 0), PMA_UPSTREAM_CA_FILE: identities.ca, ...telling },
    logFile: path.join(logs, `${name}.log`),
  })
  return { pid: supervisor.pids().get(name) ?? 0, port }
}
