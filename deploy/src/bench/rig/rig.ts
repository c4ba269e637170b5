import path from 'node:path'
import { freePort } from '@protectmyapi/dev-kit/free-port'
import type { Progress } from '../../console/progress.js'
import { type Environment, proxyEnvironment } from '../../system/environments.js'
import type { RunningSystem } from '../../system/start-system.js'
import type { LoadJob, LoadResult } from '../load/jobs.js'
import type { Pinning } from '../measure/pinning.js'
import { type BenchApp, makeApp, makeService, type Owner, signInOwner } from './provision.js'
import { startWorker, type Worker } from './worker.js'

/** A process that is measured. */
export interface Subject {
  readonly pid: number
  readonly port: number
}

export type Transport = 'plain' | 'tls'
/** Who admits: Redis, management over gRPC, or nobody (a test double: what the rest of the path costs). */
export type Admission = 'redis' | 'directory' | 'nobody'

/** Everything that rows measure with. Parts are started when a row first asks for them. */
export interface Rig {
  readonly system: RunningSystem
  readonly progress: Progress
  readonly rounds: number
  readonly owner: Owner
  readonly app: BenchApp
  readonly hasRedis: boolean
  proxy(admission: Admission): Promise<Subject>
  /** The yardstick in front of the same upstream. */
  passThrough(transport: Transport): Promise<Subject>
  /** The slug of a service whose upstream says one thing. */
  service(transport: Transport): Promise<string>
  load(job: LoadJob, withinMs: number): Promise<LoadResult>
  stop(): Promise<void>
}

export interface RigOptions {
  readonly system: RunningSystem
  readonly progress: Progress
  readonly pinning: Pinning
  readonly rounds: number
}

/** What a secret looks like: the scrubber's work depends on its length. */
const KEY = 'sk-bench-0123456789abcdefghijklmnopqrstuvwxyzABCDEF'

export async function startRig({ system, progress, pinning, rounds }: RigOptions): Promise<Rig> {
  const owner = await signInOwner(system)
  const app = await makeApp(owner)
  const stops: (() => Promise<void>)[] = []

  async function worker<Job extends object, Result>(
    name: string,
    args: readonly string[],
    pin: (pid: number) => Promise<void>,
  ): Promise<Worker<Job, Result>> {
    const started = await startWorker<Job, Result>(name, args)
    stops.push(started.stop)
    await pin(started.pid)
    return started
  }

  const upstream = once(async (transport: Transport) => {
    const { cert, key } = system.identities.vault
    const { port } = await worker('upstream', transport === 'tls' ? [cert, key] : [], pinning.helper)
    return transport === 'tls' ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
  })
  const load = await worker<LoadJob, LoadResult>('load', [], pinning.helper)

  return {
    system,
    progress,
    rounds,
    owner,
    app,
    hasRedis: system.pids().has('redis'),
    proxy: once(async (admission: Admission) => {
      const subject = admission === 'redis' ? firstProxy(system) : await startProxy(system, admission)
      await pinning.measured(subject.pid)
      return subject
    }),
    passThrough: once(async (transport: Transport) => {
      const origin = await upstream(transport)
      return worker('pass-through', [origin, ...(transport === 'tls' ? [system.identities.ca] : [])], pinning.measured)
    }),
    service: once(async (transport: Transport) => {
      const slug = `bench-${transport}`
      await makeService(owner, app, { slug, origin: await upstream(transport), value: KEY })
      return slug
    }),
    load: (job, withinMs) => load.run(job, withinMs),
    async stop() {
      for (const stop of stops) await stop()
    },
  }
}

function firstProxy({ config, pids }: RunningSystem): Subject {
  return { pid: pids().get('proxy-1') ?? 0, port: config.ports.proxy }
}

/** Programs of the proxy, below its `dist`. The second is a test's: it admits whoever comes, and records nothing. */
const PROGRAMS = { directory: 'main.js', nobody: path.join('test', 'admit-everybody', 'main.js') } as const

/** One more proxy, without Redis, under the first one's certificate. */
async function startProxy(system: RunningSystem, admission: keyof typeof PROGRAMS): Promise<Subject> {
  const { config, identities, logs, supervisor } = system
  const { host, logLevel, projectDir } = config
  const port = await freePort()
  const name = `proxy-${admission}`
  await supervisor.start({
    name,
    script: path.join(projectDir, 'services', 'proxy', 'dist', PROGRAMS[admission]),
    env: withoutRedis(
      proxyEnvironment({ host, logLevel, identities, ports: { ...config.ports, proxy: port } }, 0),
      identities.ca,
    ),
    logFile: path.join(logs, `${name}.log`),
  })
  return { pid: supervisor.pids().get(name) ?? 0, port }
}

function withoutRedis(env: Environment, ca: string): Environment {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('PMA_REDIS'))
  return { ...Object.fromEntries(kept), PMA_UPSTREAM_CA_FILE: ca }
}

/** One start for all who ask for the same. */
function once<Key, Made>(make: (key: Key) => Promise<Made>): (key: Key) => Promise<Made> {
  const made = new Map<Key, Promise<Made>>()
  return (key) => {
    const known = made.get(key) ?? make(key)
    made.set(key, known)
    return known
  }
}
