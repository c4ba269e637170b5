import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { freePort } from '@protectmyapi/dev-kit/free-port'
import { startGuard } from '@protectmyapi/dev-kit/programs/guard'
import { type CanaryProvider, startCanaryProvider } from '../canary/walk/canary-provider.js'
import type { RigConsole } from '../console/run-rig.js'
import type { Environment } from '../system/environments.js'
import type { RunningSystem } from '../system/start-system.js'
import { type Collector, startCollector } from './collector.js'
import { type Prometheus, startPrometheus, type Target } from './prometheus.js'
import { NAMESPACE, type RenderedRules, withoutWaits } from './rendered-rules.js'
import { emptyFolder, SERVICES, type Service, startTelemetrySystem } from './telemetry-system.js'
import type { TelemetryTools } from './telemetry-tools.js'

export interface TelemetryRigOptions extends RigConsole {
  readonly projectDir: string
  readonly inherited: Environment
  readonly tools: TelemetryTools
  readonly rules: RenderedRules
}

/** Everything that runs. */
export interface TelemetryRig {
  readonly projectDir: string
  readonly system: RunningSystem
  readonly provider: CanaryProvider
  readonly prometheus: Prometheus
  readonly collector: Collector
  /** The address of each service's metrics. */
  readonly metrics: readonly string[]
}

/** Starts everything. `atEnd` is called with the way to end each part; the last one is ended first. */
export async function startTelemetryRig(
  options: TelemetryRigOptions,
  atEnd: (end: () => Promise<void>) => void,
): Promise<TelemetryRig> {
  const { projectDir, inherited, progress, tools, rules } = options
  const stateDir = path.join(projectDir, '.local', 'telemetry')
  await emptyFolder(stateDir)
  const folder = path.join(stateDir, 'listeners')
  await mkdir(folder)
  const guard = startGuard()
  atEnd(() => guard.close())
  const ports = await Promise.all([freePort(), freePort(), freePort(), freePort(), freePort()])
  const [collectorPort, prometheusPort, ...metricsPorts] = ports
  const collector = await progress.step('an OpenTelemetry Collector', () =>
    startCollector({ program: tools.collector, folder, port: collectorPort, guard }),
  )
  atEnd(collector.stop)
  const provider = await startCanaryProvider()
  atEnd(provider.stop)
  const portOf = (service: Service): number => metricsPorts[SERVICES.indexOf(service)] ?? 0
  const told = (service: Service): Environment => ({
    PMA_METRICS_HOST: '127.0.0.1',
    PMA_METRICS_PORT: String(portOf(service)),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    OTEL_TRACES_SAMPLER_ARG: '1',
  })
  const telemetry = { vault: told('vault'), management: told('management'), proxy: told('proxy') }
  // Ends before the collector, because its stop exports what is left.
  const system = await startTelemetrySystem({
    ...{ projectDir, stateDir, inherited, progress, telemetry },
    onEnder: ({ stop }) => atEnd(stop),
  })
  const targets = SERVICES.map((service): Target => {
    const labels = { namespace: NAMESPACE, job: service, pod: `${service}-1` }
    return { address: `127.0.0.1:${portOf(service)}`, labels }
  })
  const prometheus = await progress.step('Prometheus', () =>
    startPrometheus({
      ...{ program: tools.prometheus, folder, port: prometheusPort, guard },
      ...{ targets, rules: withoutWaits(rules) },
    }),
  )
  atEnd(prometheus.stop)
  const metrics = targets.map(({ address }) => `http://${address}/metrics`)
  return { projectDir, system, provider, prometheus, collector, metrics }
}
