import { type DescribedMetric, seriesOf } from './described-metrics.js'

/** A series as Prometheus has it: its labels, with its name as `__name__`. */
export type Labels = Readonly<Record<string, string>>

/** Labels added by Prometheus, by the scrape configuration, or by the type of a metric. */
const OF_OTHERS = ['__name__', 'namespace', 'job', 'pod', 'instance', 'le']

/** Differences between the metrics and docs/telemetry.md, in words; empty where there are none. Pure. */
export function findMetricFaults(
  described: ReadonlyMap<string, DescribedMetric>,
  told: readonly Labels[],
): readonly string[] {
  const bySeries = new Map([...described.values()].flatMap((one) => seriesOf(one).map((name) => [name, one])))
  const ours = told.filter((labels) => labels.__name__?.startsWith('pma_'))
  const names = new Set(ours.map((labels) => bySeries.get(labels.__name__ ?? '')?.name ?? ''))
  const silent = [...described.keys()].filter((name) => !names.has(name))
  const strange = ours.flatMap((labels) => strangeIn(labels, bySeries.get(labels.__name__ ?? '')))
  return [...silent.map((name) => `${name} was never told`), ...new Set(strange)]
}

function strangeIn(labels: Labels, metric: DescribedMetric | undefined): readonly string[] {
  const series = labels.__name__ ?? ''
  if (metric === undefined) return [`${series} is told, and not described`]
  const lacking = [...metric.labels.keys()].filter((name) => labels[name] === undefined)
  const wrong = Object.entries(labels).flatMap(([name, value]) => {
    if (OF_OTHERS.includes(name)) return []
    const known = metric.labels.get(name)
    if (known === undefined) return [`${series} has a label ${name}`]
    return known.includes(value) ? [] : [`${series} has ${name} ${value}`]
  })
  return [...lacking.map((name) => `${series} lacks ${name}`), ...wrong]
}
