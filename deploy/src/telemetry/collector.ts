import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import type { Guard } from '@protectmyapi/dev-kit/programs/guard'
import { lastLines } from '@protectmyapi/dev-kit/programs/run-command'
import { until } from '@protectmyapi/dev-kit/until'
import { startProgram } from '../cluster/start-program.js'
import { readSpans, type Span } from './spans.js'

/** An OpenTelemetry Collector run by this rig. */
export interface Collector {
  /** The address that the services export to, by OTLP over HTTP. */
  readonly endpoint: string
  /** The folder of the files in which it writes what it receives: `…ndjson`. */
  readonly folder: string
  readonly metricsFile: string
  spans(): Promise<readonly Span[]>
  stop(): Promise<void>
}

export interface CollectorOptions {
  readonly program: string
  /** Used by this run only. */
  readonly folder: string
  readonly port: number
  readonly guard: Guard
}

const LIMITS = { readyMs: 30_000, stopMs: 10_000 } as const

/** @throws Error with the end of its log where it does not start. */
export async function startCollector({ program, folder, port, guard }: CollectorOptions): Promise<Collector> {
  const [spansFile, metricsFile] = [path.join(folder, 'spans.ndjson'), path.join(folder, 'metrics.ndjson')]
  const configuration = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: {
      'file/spans': { path: spansFile, flush_interval: '200ms' },
      'file/metrics': { path: metricsFile, flush_interval: '200ms' },
    },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: {
        traces: { receivers: ['otlp'], exporters: ['file/spans'] },
        metrics: { receivers: ['otlp'], exporters: ['file/metrics'] },
      },
    },
  }
  const configurationFile = path.join(folder, 'otelcol.json')
  await writeFile(configurationFile, JSON.stringify(configuration))
  for (const file of [spansFile, metricsFile]) await writeFile(file, '')
  const started = startProgram(
    {
      name: 'otelcol',
      file: program,
      args: ['--config', `file:${configurationFile}`],
      logFile: path.join(folder, 'otelcol.log'),
      env: {},
    },
    guard,
  )
  await until(async () => {
    if (!started.isRunning()) throw new Error(`the collector ended:\n${lastLines(await started.log(), 9)}`)
    return (await listens(port)) || undefined
  }, LIMITS.readyMs)
  return {
    endpoint: `http://127.0.0.1:${port}`,
    folder,
    metricsFile,
    spans: async () => readSpans(await readFile(spansFile, 'utf8')),
    async stop() {
      await started.stop(LIMITS.stopMs)
    },
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
