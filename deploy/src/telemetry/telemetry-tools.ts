import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/run-command'
import { BUILD_MS, install, once } from '../chart/go-modules.js'

/** What the rig hears with. A change of a version makes it anew. */
const VERSIONS = {
  /** Prometheus 3.16: its module counts otherwise. */
  prometheus: 'v0.316.0',
  collector: 'v0.165.0',
  /** Of the collector's stable modules. */
  collectorStable: 'v1.71.0',
  collectorContrib: 'v0.165.1',
} as const

export interface TelemetryTools {
  readonly prometheus: string
  readonly promtool: string
  /** An OpenTelemetry Collector that takes OTLP and writes files. */
  readonly collector: string
}

/** Without the clouds that Prometheus could find targets in: they are most of it. */
const PROMETHEUS_TAGS = ['remove_all_sd'] as const

/** @throws Error with what the compiler said. */
export function promtoolTool(cacheDir: string): Promise<string> {
  return prometheusProgram(cacheDir, 'promtool')
}

/** Minutes, once. @throws Error with what the compiler said. */
export async function telemetryTools(cacheDir: string): Promise<TelemetryTools> {
  return {
    promtool: await promtoolTool(cacheDir),
    prometheus: await prometheusProgram(cacheDir, 'prometheus'),
    collector: await once(cacheDir, `otelcol-${VERSIONS.collector}`, buildCollector),
  }
}

function prometheusProgram(cacheDir: string, name: 'prometheus' | 'promtool'): Promise<string> {
  return once(cacheDir, `${name}-${VERSIONS.prometheus}`, async (folder) => {
    const program = `github.com/prometheus/prometheus/cmd/${name}@${VERSIONS.prometheus}`
    await install(folder, program, PROMETHEUS_TAGS)
    return path.join(folder, name)
  })
}

/** By the project's own builder, of as few parts as there can be. */
async function buildCollector(folder: string): Promise<string> {
  const core = 'go.opentelemetry.io/collector'
  const contrib = 'github.com/open-telemetry/opentelemetry-collector-contrib'
  await install(folder, `${core}/cmd/builder@${VERSIONS.collector}`)
  const manifest = {
    dist: { name: 'otelcol', output_path: path.join(folder, 'build') },
    receivers: [{ gomod: `${core}/receiver/otlpreceiver ${VERSIONS.collector}` }],
    exporters: [{ gomod: `${contrib}/exporter/fileexporter ${VERSIONS.collectorContrib}` }],
    providers: [{ gomod: `${core}/confmap/provider/fileprovider ${VERSIONS.collectorStable}` }],
  }
  const file = path.join(folder, 'builder.yaml')
  // JSON is YAML.
  await writeFile(file, JSON.stringify(manifest))
  await runCommand(path.join(folder, 'builder'), ['--config', file], { timeoutMs: BUILD_MS })
  return path.join(folder, 'build', 'otelcol')
}
