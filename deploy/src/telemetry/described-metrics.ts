import { Directory } from '@protectmyapi/protos/directory'
import { Vault } from '@protectmyapi/protos/vault'
import { FAULTS } from '@protectmyapi/service-kit/faults'

/** A metric as docs/telemetry.md describes it. */
export interface DescribedMetric {
  readonly name: string
  readonly type: 'gauge' | 'counter' | 'histogram'
  /** The possible values of each label, by the label's name. */
  readonly labels: ReadonlyMap<string, readonly string[]>
}

const ROW = /^\| `(pma_\w+)` \| (gauge|counter|histogram) \|([^|]*)\|/gm
const LABEL = /^`(\w+)`(?:: (.+))?$/
const LISTED = /^`[^`]+`(?:, `[^`]+`)*$/

/** Labels whose values the page does not list, because a table in the code does. */
const OF_TABLES: ReadonlyMap<string, readonly string[]> = new Map([
  ['outcome', ['OK', 'FAILED', 'CLIENT_LEFT', ...Object.keys(FAULTS)]],
  ['method', [...Object.values(Directory.service), ...Object.values(Vault.service)].map(({ path }) => methodOf(path))],
])

/**
 * Reads the tables of docs/telemetry.md.
 *
 * @throws Error for a label whose values are neither listed nor in a table of the code, because callers could then
 * choose them.
 */
export function describedMetrics(page: string): ReadonlyMap<string, DescribedMetric> {
  const rows = [...page.matchAll(ROW)].map(([, name = '', type = '', cell = '']) => {
    const parts = cell.split(';').map((part) => part.trim())
    const labels = new Map(parts.filter((part) => part !== '').map((part) => labelOf(name, part)))
    return [name, { name, type: type as DescribedMetric['type'], labels }] as const
  })
  return new Map(rows)
}

/**
 * `a`: `1`, `2` is a label with all its values. `a`, or `a`: with words, is a label whose values are in a table of the
 * code.
 */
function labelOf(metric: string, part: string): readonly [string, readonly string[]] {
  const [, label = '', values = ''] = LABEL.exec(part) ?? []
  const known = LISTED.test(values) ? quoted(values) : OF_TABLES.get(label)
  if (known === undefined) throw new Error(`${metric}: nothing says which values there are of ${part}`)
  return [label, known]
}

function quoted(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, value = '']) => value)
}

/** Shortens `/protectmyapi.vault.v1.Vault/LeaseSecrets` to `Vault/LeaseSecrets`. */
function methodOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

/** The names of the series that Prometheus stores for a metric. */
export function seriesOf({ name, type }: DescribedMetric): readonly string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => `${name}${end}`) : [name]
}
