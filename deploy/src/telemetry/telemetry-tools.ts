import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { go, install, once } from '../chart/go-modules.js'

/** The tools that receive telemetry. A changed version is built again. */
const VERSIONS = {
  /** Prometheus 3.16, whose module is numbered differently. */
  prometheus: 'v0.316.0',
  collector: 'v0.165.0',
  /** The version of the collector's stable modules. */
  collectorStable: 'v1.71.0',
  collectorContrib: 'v0.165.1',
} as const

export interface TelemetryTools {
  readonly prometheus: string
  readonly promtool: string
  /** An OpenTelemetry Collector that receives OTLP and writes files. */
  readonly collector: string
}

/** Without service discovery in clouds, which is most of Prometheus's code. */
const PROMETHEUS_TAGS = ['remove_all_sd'] as const

/** @throws Error with the compiler's output. */
export function promtoolTool(cacheDir: string): Promise<string> {
  return prometheusProgram(cacheDir, 'promtool')
}

/** Takes minutes, once. @throws Error with the compiler's output. */
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

/** Built by the collector project's own builder, from as few components as possible. */
async function buildCollector(folder: string): Promise<string> {
  const core = 'go.opentelemetry.io/collector'
  const parts = {
    receivers: [`${core}/receiver/otlpreceiver ${VERSIONS.collector}`],
    exporters: [
      `github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter ${VERSIONS.collectorContrib}`,
    ],
    providers: [`${core}/confmap/provider/fileprovider ${VERSIONS.collectorStable}`],
  }
  const build = path.join(folder, 'build')
  const named = Object.entries(parts).map(([kind, modules]) => [kind, modules.map((gomod) => ({ gomod }))])
  const manifest = {
    dist: { name: 'otelcol', output_path: build },
    conf_resolver: { default_uri_scheme: 'file' },
    ...Object.fromEntries(named),
  }
  const manifestFile = path.join(folder, 'builder.yaml')
  // JSON is valid YAML.
  await writeFile(manifestFile, JSON.stringify(manifest))
  await install(folder, `${core}/cmd/builder@${VERSIONS.collector}`)
  const sourcesAlone = ['--skip-get-modules', '--skip-compilation', '--config', manifestFile]
  await runCommand(path.join(folder, 'builder'), sourcesAlone)
  // `go mod tidy` also looks for modules that only the tests of other modules need. -e goes on without those that a
  // module proxy does not have.
  const modules = [...Object.values(parts).flat(), `${core}/otelcol ${VERSIONS.collector}`]
  await writeFile(
    path.join(build, 'go.mod'),
    ['module otelcol', 'go 1.25', ...modules.map((one) => `require ${one}`), ''].join('\n'),
  )
  await go(['mod', 'tidy', '-e'], build)
  await go(['build', '-o', path.join(folder, 'otelcol'), '.'], build)
  return path.join(folder, 'otelcol')
}
