import { Directory } from '@protectmyapi/protos/directory'
import { Vault } from '@protectmyapi/protos/vault'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { createReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { watchServed } from '@protectmyapi/service-kit/http/served-certificate'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { watchLogLevel } from '@protectmyapi/service-kit/program/log-level'
import { type ShutdownStep, shutdownOnce } from '@protectmyapi/service-kit/program/shutdown'
import { connectRedis } from '@protectmyapi/service-kit/redis/redis'
import { openTelemetry } from '@protectmyapi/service-kit/telemetry/open-telemetry'
import { watchRpcClient } from '@protectmyapi/service-kit/telemetry/rpc-metrics'
import type { ProxyConfig } from './config.js'
import { createDataPlane } from './data-plane.js'
import { createDialler } from './dial/dialler.js'
import { createPools } from './dial/pools.js'
import { createCrowd } from './fairness/crowd.js'
import { watchLoop } from './fairness/loop-delay.js'
import { createTurnstile } from './fairness/turnstile.js'
import { systemSchedule } from './freshness/schedule.js'
import { createPipeline } from './pipeline.js'
import { createRedisLink } from './redis/redis-link.js'
import { createHandle } from './server/handle.js'
import { createListener } from './server/listener.js'
import { createProxyMeasures } from './telemetry/proxy-measures.js'
import { watchRequests } from './telemetry/request-watch.js'
import { tellCrowdedOut } from './telemetry/tell-crowded-out.js'
import { tellState } from './telemetry/tell-state.js'

const LIMITS = {
  /** Requests to providers under way. The sockets and buffers of each are bounded, so this bounds memory. */
  underWay: { totalMax: 8_192, perOwnerMax: 2_048 },
  /** Time beyond the drain, for handing over the record and closing. */
  closingMs: 10_000,
} as const

export interface Service {
  /** Resolves to the port that is listened on. */
  start(): Promise<number>
  /** Becomes unready at once, lets answers under way end, then hands over the record. */
  stop(): Promise<void>
}

/** Names every part of the proxy. */
export async function buildProxy(config: ProxyConfig, log: Logger): Promise<Service> {
  const endLogLevel = watchLogLevel(log, { usual: config.logLevel, file: config.telemetry.logLevelFile })
  const telemetry = await openTelemetry(config.telemetry, { service: 'proxy', log })
  const measures = createProxyMeasures(telemetry)
  const calls = watchRpcClient(telemetry)
  const identity = await watchMaterial(config.tls, log)
  // Towards apps there is no CA of the installation's own, so one file serves as both.
  const certificate = config.certificate && (await watchServed(config.certificate, log))
  const directory = createReloadingClient(Directory, config.directory, identity, { calls })
  const vault = createReloadingClient(Vault, config.vault, identity, { calls })
  const clock = systemClock
  const redis =
    config.redis &&
    createRedisLink({
      client: connectRedis(config.redis, 'protectmyapi-proxy', log),
      clock,
      schedule: systemSchedule,
      log,
    })
  const turnstile = createTurnstile()
  const dataPlane = createDataPlane({ directory, vault, redis, clock, log, turnstile, measures })
  const dial = createDialler({ exempt: config.privateUpstreams, extraCaPem: config.upstreamCaPem ?? undefined })
  const pools = createPools(dial, log)

  const loop = watchLoop(clock, systemSchedule)
  const underWay = createLane(LIMITS.underWay)
  const crowd = createCrowd({ loop, clock, log, refusals: measures.overloads })
  tellState(telemetry.meter, { dataPlane, underWay, crowd, redis })

  let draining = false
  const pipeline = createPipeline({
    ...dataPlane,
    forwarding: { pools, clock },
    underWay,
    crowd,
    turnstile,
    log,
    measures,
  })
  const handle = createHandle({
    pipeline,
    dataPlane,
    clock,
    log,
    proxies: config.trustedProxies,
    hostSuffix: config.hostSuffix,
    isDraining: () => draining,
    watchRequest: watchRequests(telemetry, measures),
  })
  const listener = createListener(handle, {
    certificate,
    connected: turnstile.connected,
    proxies: config.trustedProxies,
    crowdedOut: tellCrowdedOut({ clock, log, closed: measures.crowdedOut }),
  })

  const steps: readonly ShutdownStep[] = [
    { name: 'answers under way', run: () => listener.drain(config.drainMs) },
    { name: 'the loop’s delay', run: () => loop.stop() },
    { name: 'sockets to providers', run: () => pools.destroy() },
    { name: 'the record', run: () => dataPlane.stop() },
    { name: 'channels', run: () => closeAll(directory, vault, ...(redis ? [redis] : [])) },
    { name: 'certificates', run: () => stopAll(identity, certificate) },
    { name: 'log level', run: endLogLevel },
    // Last, so that it reports on all the steps before.
    { name: 'telemetry', run: () => telemetry.stop() },
  ]
  const shutDown = shutdownOnce(steps, config.drainMs + LIMITS.closingMs, log)
  return {
    async start() {
      if (config.privateUpstreams.size > 0) {
        log.warn(
          { hosts: [...config.privateUpstreams] },
          'these upstreams are exempt from the https and private-address rules',
        )
      }
      await telemetry.start()
      // Alive at once; ready with the first answered Sync.
      const port = await listener.listen(config.host, config.port)
      await dataPlane.start()
      return port
    },
    stop() {
      draining = true
      return shutDown()
    },
  }
}

function closeAll(...clients: readonly { close(): void }[]): void {
  for (const client of clients) client.close()
}

function stopAll(...materials: readonly ({ stop(): void } | null)[]): void {
  for (const material of materials) material?.stop()
}
