import { type DescribedMetric, seriesOf } from './described-metrics.js'

/** A series as Prometheus has it: its labels, with its name as `__name__`. */
export type Labels = Readonly<Record<string, string>>

/** Which wait for an event that the rig does not bring about. */
const RARE: readonly string[] = [
  'pma_proxy_overload_refusals_total',
  'pma_proxy_quota_draws_total',
  'pma_access_set_aside_total',
  'pma_head_refusals_total',
  'pma_vault_head_refusals_total',
]

/** Put there by Prometheus, by who scrapes, and by the type of a metric. */
const OF_OTHERS = ['__name__', 'namespace', 'job', 'pod', 'instance', 'le']
/** Ids of ours: of a tenant, a request, a process. */
const ID = /[a-z]{2,}_[0-9A-HJKMNP-TV-Z]{26}/i

/** What of the metrics is not as docs/telemetry.md says, in words; empty where all is well. Pure. */
export function findMetricFaults(
  described: ReadonlyMap<string, DescribedMetric>,
  told: readonly Labels[],
): readonly string[] {
  const bySeries = new Map([...described.values()].flatMap((one) => seriesOf(one).map((name) => [name, one])))
  const ours = told.filter((labels) => labels.__name__?.startsWith('pma_'))
  const names = new Set(ours.map((labels) => bySeries.get(labels.__name__ ?? '')?.name ?? ''))
  const silent = [...described.keys()].filter((name) => !names.has(name) && !RARE.includes(name))
  const strange = ours.flatMap((labels) => strangeIn(labels, bySeries.get(labels.__name__ ?? '')))
  return [...silent.map((name) => `${name} was never told`), ...new Set(strange)]
}

function strangeIn(labels: Labels, metric: DescribedMetric | undefined): readonly string[] {
  const series = labels.__name__ ?? ''
  if (metric === undefined) return [`${series} is told, and not described`]
  return Object.entries(labels).flatMap(([name, value]) => {
    if (OF_OTHERS.includes(name)) return []
    if (!metric.labels.has(name)) return [`${series} has a label ${name}`]
    const known = metric.labels.get(name)
    if (known !== undefined && !known.includes(value)) return [`${series} has ${name} ${value}`]
    return ID.test(value) ? [`${series} has an id in ${name}: ${value}`] : []
  })
}
