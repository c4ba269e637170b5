/** A metric as docs/telemetry.md describes it. */
export interface DescribedMetric {
  readonly name: string
  readonly type: 'gauge' | 'counter' | 'histogram'
  /** By name: the values that there are; undefined where the page does not list them all. */
  readonly labels: ReadonlyMap<string, readonly string[] | undefined>
}

const ROW = /^\| `(pma_\w+)` \| (gauge|counter|histogram) \|([^|]*)\|/gm
const LABEL = /^`(\w+)`: (.+)$/
const LISTED = /^`[^`]+`(?:, `[^`]+`)*$/

/** What the tables of docs/telemetry.md say. */
export function describedMetrics(page: string): ReadonlyMap<string, DescribedMetric> {
  const rows = [...page.matchAll(ROW)].map(([, name = '', type = '', cell = '']) => {
    const labels = cell.split(';').flatMap((part) => labelsOf(part.trim()))
    return [name, { name, type: type as DescribedMetric['type'], labels: new Map(labels) }] as const
  })
  return new Map(rows)
}

/** `a`, `b`: labels without their values. `a`: `1`, `2`: a label with all of them. */
function labelsOf(part: string): readonly (readonly [string, readonly string[] | undefined])[] {
  if (LISTED.test(part)) return quoted(part).map((label) => [label, undefined])
  const [, label, values = ''] = LABEL.exec(part) ?? []
  return label === undefined ? [] : [[label, LISTED.test(values) ? quoted(values) : undefined]]
}

function quoted(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, value = '']) => value)
}

/** The series that Prometheus has of it. */
export function seriesOf({ name, type }: DescribedMetric): readonly string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => `${name}${end}`) : [name]
}
