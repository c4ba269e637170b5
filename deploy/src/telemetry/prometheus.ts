import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Guard } from '@protectmyapi/dev-kit/programs/guard'
import { lastLines } from '@protectmyapi/dev-kit/programs/run-command'
import { until } from '@protectmyapi/dev-kit/until'
import { z } from 'zod'
import { type StartedProgram, startProgram } from '../cluster/start-program.js'

/** One process that exposes metrics, with the labels that a PodMonitor would give it. */
export interface Target {
  readonly address: string
  readonly labels: Readonly<Record<string, string>>
}

/** A sample of an instant. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface FiringAlert {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** A Prometheus run by this rig. */
export interface Prometheus {
  /** @throws Error where it rejects the query. */
  query(expression: string): Promise<readonly Sample[]>
  /** The alerts that fire now. */
  alerts(): Promise<readonly FiringAlert[]>
  /** The labels of all series in a namespace. */
  series(namespace: string): Promise<readonly Readonly<Record<string, string>>[]>
  stop(): Promise<void>
}

export interface PrometheusOptions {
  readonly program: string
  /** Used by this run only. */
  readonly folder: string
  readonly port: number
  readonly targets: readonly Target[]
  /** The `spec` of the PrometheusRule. */
  readonly rules: object
  readonly guard: Guard
}

const LIMITS = { readyMs: 60_000, stopMs: 10_000, queryMs: 30_000 } as const
/** Instead of the usual half minute, because the rig waits for each scrape. */
const INTERVAL = '1s'

const Labels = z.record(z.string(), z.string())
const Vector = z.object({
  data: z.object({
    result: z.array(z.object({ metric: Labels, value: z.tuple([z.number(), z.string()]) })),
  }),
})
const Alerts = z.object({ data: z.object({ alerts: z.array(z.object({ labels: Labels, state: z.string() })) }) })
const Series = z.object({ data: z.array(Labels) })

/** Scrapes and evaluates rules every second. @throws Error with the end of its log where it does not start. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { program, folder, port, guard } = options
  const address = `127.0.0.1:${port}`
  await writeConfiguration(options)
  const started = startProgram(
    {
      name: 'prometheus',
      file: program,
      args: [
        `--config.file=${path.join(folder, 'prometheus.json')}`,
        `--storage.tsdb.path=${path.join(folder, 'data')}`,
        `--web.listen-address=${address}`,
      ],
      logFile: path.join(folder, 'prometheus.log'),
      env: {},
    },
    guard,
  )
  await until(() => isReady(started, address), LIMITS.readyMs)
  const ask = async (resource: string): Promise<unknown> => {
    const answer = await fetch(`http://${address}/api/v1/${resource}`, { signal: AbortSignal.timeout(LIMITS.queryMs) })
    if (!answer.ok) throw new Error(`Prometheus answers ${answer.status} to ${resource}: ${await answer.text()}`)
    return answer.json()
  }
  return {
    async query(expression) {
      const { data } = Vector.parse(await ask(`query?query=${encodeURIComponent(expression)}`))
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    },
    async alerts() {
      const { data } = Alerts.parse(await ask('alerts'))
      const firing = data.alerts.filter(({ state }) => state === 'firing')
      return firing.map(({ labels }) => ({ name: labels.alertname ?? '', labels }))
    },
    async series(namespace) {
      const match = encodeURIComponent(`{namespace="${namespace}"}`)
      return Series.parse(await ask(`series?match[]=${match}`)).data
    },
    async stop() {
      await started.stop(LIMITS.stopMs)
    },
  }
}

/** JSON is valid YAML. */
async function writeConfiguration({ folder, targets, rules }: PrometheusOptions): Promise<void> {
  const configuration = {
    global: { scrape_interval: INTERVAL, evaluation_interval: INTERVAL },
    rule_files: ['rules.json'],
    scrape_configs: [
      {
        job_name: 'protectmyapi',
        static_configs: targets.map(({ address, labels }) => ({ targets: [address], labels })),
      },
    ],
  }
  await writeFile(path.join(folder, 'prometheus.json'), JSON.stringify(configuration))
  await writeFile(path.join(folder, 'rules.json'), JSON.stringify(rules))
}

async function isReady(started: StartedProgram, address: string): Promise<true | undefined> {
  if (!started.isRunning())
    throw new Error(`Prometheus ended. The end of its log:\n${lastLines(await started.log(), 9)}`)
  return fetch(`http://${address}/-/ready`).then(
    ({ ok }) => ok || undefined,
    () => undefined,
  )
}
