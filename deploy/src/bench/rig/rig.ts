import { startOtlpReceiver } from '@protectmyapi/dev-kit/servers/otlp-receiver'
import type { Progress } from '../../console/progress.js'
import type { Environment } from '../../system/environments.js'
import type { RunningSystem } from '../../system/start-system.js'
import type { LoadJob, LoadResult } from '../load/jobs.js'
import type { Pinning } from '../measure/pinning.js'
import { once } from './once.js'
import { type BenchApp, makeApp, makeService, type Owner, signInOwner } from './provision.js'
import { type Admission, firstProxy, type Subject, startProxy } from './proxies.js'
import { startWorker, type Worker } from './worker.js'

/**
 * Upstreams: one that gives a fixed answer, the same over TLS, the same after some thinking time, and one for events
 * and large bodies.
 */
export type Upstream = 'fixed' | 'fixed-tls' | 'thinking' | 'streams'

/** The time that a quick provider takes to answer: most chat completions take longer. */
export const THINKS_MS = 250

/** What the rows measure with. Each part is started when a row first asks for it. */
export interface Rig {
  readonly system: RunningSystem
  readonly progress: Progress
  readonly pinning: Pinning
  readonly rounds: number
  readonly owner: Owner
  readonly app: BenchApp
  readonly hasRedis: boolean
  /** The path of wrk, where it is installed. */
  readonly wrk: string | undefined
  proxy(admission: Admission): Promise<Subject>
  /** The proxy with the system's own admission: by Redis where there is one, else by the Directory. */
  bestProxy(): Promise<Subject>
  /** The yardstick, in front of the same upstream. */
  passThrough(upstream: Upstream | 'fixed, fastest'): Promise<Subject>
  /** The slug of a service whose provider is this upstream. */
  service(upstream: Upstream): Promise<string>
  origin(upstream: Upstream): Promise<string>
  load(job: LoadJob, withinMs: number): Promise<LoadResult>
  /** Starts another process of the bench, which ends with the rig. */
  worker<Job extends object, Result>(
    name: string,
    args: readonly string[],
    pin: (pid: number) => Promise<void>,
  ): Promise<Worker<Job, Result>>
  stop(): Promise<void>
}

export interface RigOptions {
  readonly system: RunningSystem
  readonly progress: Progress
  readonly pinning: Pinning
  readonly rounds: number
  readonly wrk: string | undefined
}

/** @throws Error where there is no Redis. */
export function needRedis({ hasRedis }: Pick<Rig, 'hasRedis'>): void {
  if (!hasRedis) throw new Error('no Redis')
}

/** A value as long as a real key, because the scrubber's work depends on its length. */
export const KEY = 'sk-bench-0123456789abcdefghijklmnopqrstuvwxyzABCDEF'

export async function startRig({ system, progress, pinning, rounds, wrk }: RigOptions): Promise<Rig> {
  const owner = await signInOwner(system)
  const app = await makeApp(owner)
  const stops: (() => Promise<void>)[] = []
  const worker: Rig['worker'] = async (name, args, pin) => {
    const started = await startWorker<never, never>(name, args)
    stops.push(started.stop)
    await pin(started.pid)
    return started
  }
  const { cert, key } = system.identities.vault
  const hasRedis = system.pids().has('redis')
  const load = await worker<LoadJob, LoadResult>('load', [], pinning.helper)

  const origin = once(async (upstream: Upstream) => {
    const name = upstream === 'streams' ? 'stream-upstream' : 'upstream'
    const args = { fixed: ['0'], 'fixed-tls': ['0', cert, key], thinking: [String(THINKS_MS)], streams: [] }[upstream]
    const { port } = await worker(name, args, pinning.helper)
    return upstream === 'fixed-tls' ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
  })
  /** Telemetry as an installation has it: metrics for Prometheus, and one request in a hundred traced. */
  const telling = async (admission: Admission): Promise<Environment> => {
    if (admission !== 'redis, telling') return {}
    const collector = await startOtlpReceiver()
    stops.push(collector.close)
    return {
      PMA_METRICS_HOST: '127.0.0.1',
      PMA_METRICS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    }
  }
  const proxy = once(async (admission: Admission) => {
    const subject =
      admission === 'redis' ? firstProxy(system) : await startProxy(system, admission, await telling(admission))
    await pinning.measured(subject.pid)
    return subject
  })
  return {
    ...{ system, progress, pinning, rounds, wrk, owner, app, hasRedis, origin, proxy, worker },
    bestProxy: () => proxy(hasRedis ? 'redis' : 'directory'),
    passThrough: once(async (upstream: Upstream | 'fixed, fastest') => {
      if (upstream === 'fixed, fastest')
        return worker('pass-through', [await origin('fixed'), 'fastest'], pinning.measured)
      const ca = upstream === 'fixed-tls' ? [system.identities.ca] : []
      return worker('pass-through', [await origin(upstream), 'documented', ...ca], pinning.measured)
    }),
    service: once(async (upstream: Upstream) => {
      await makeService(owner, app, { slug: upstream, origin: await origin(upstream), value: KEY })
      return upstream
    }),
    load: (job, withinMs) => load.run(job, withinMs),
    async stop() {
      for (const stop of stops) await stop()
    },
  }
}
