import { readFileSync } from 'node:fs'
import path from 'node:path'
import { FAULTS } from '@protectmyapi/service-kit/faults'

/** One series as `/metrics` shows it; histograms by their `_count`. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const PAGE = path.resolve(import.meta.dirname, '..', '..', '..', 'docs', 'telemetry.md')

/** Names of metrics that docs/telemetry.md lists, with the names of the labels of each. */
export function documentedMetrics(): ReadonlyMap<string, readonly string[]> {
  const rows = readFileSync(PAGE, 'utf8').matchAll(/^\| `(pma_\w+)` \| (?:gauge|counter|histogram) \|([^|]*)\|/gm)
  return new Map([...rows].map(([, name = '', labels = '']) => [name, labelNames(labels)]))
}

/** `` `state`: `used`, `free` `` names one, `` `database`; `state`: … `` two: each stands before a colon, a semicolon or the end. */
function labelNames(cell: string): readonly string[] {
  return cell
    .split(';')
    .map((part) => /^\s*(?:`(\w+)`)/.exec(part)?.[1])
    .filter((name): name is string => name !== undefined)
}

/** A series of the exposition format in each line. */
export function seriesOf(exposition: string): readonly Series[] {
  const found: Series[] = []
  for (const line of exposition.split('\n')) {
    const [, name = '', , labels = '', value = ''] = /^(\w+)(\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (!name.startsWith('pma_') || /_(bucket|sum)$/.test(name)) continue
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text])
    found.push({
      name: name.replace(/_seconds_count$/, '_seconds'),
      labels: Object.fromEntries(pairs),
      value: Number(value),
    })
  }
  return found
}

/** Closed by the code: faults by their table, the rest by what stands in docs/telemetry.md. */
const OUTCOMES = new Set<string>([...Object.keys(FAULTS), 'OK', 'FAILED', 'CLIENT_LEFT'])

/** What no tenant and no client may choose: a label whose value is none of these would be a series of somebody's own. */
export const MAY_BE: Readonly<Record<string, (value: string) => boolean>> = {
  outcome: (value) => OUTCOMES.has(value) || /^(ok|refused|admitted|limited|failed|[a-z]+(-[a-z]+)?)$/.test(value),
  method: (value) => /^(Directory|Vault)\/[A-Z][A-Za-z]+$/.test(value),
  database: (value) => ['management', 'vault', 'vault_keys'].includes(value),
  operation: (value) =>
    /^(select|insert|update|delete|with|begin|commit|rollback|other|generate|unwrap|rewrap)$/.test(value),
  state: (value) => ['used', 'free', 'current', 'behind'].includes(value),
  quantile: (value) => ['0.5', '0.99', '1'].includes(value),
  which: (value) => ['newcomer', 'largest'].includes(value),
  kind: (value) => ['minor', 'major', 'incremental', 'weak'].includes(value),
  mode: (value) => ['user', 'system'].includes(value),
  level: (value) => ['warn', 'error', 'fatal'].includes(value),
  route: (value) => /^[a-z]+(-[a-z]+)*$/.test(value),
  status: (value) => /^([1-5]xx|none)$/.test(value),
  by: (value) => ['redis', 'directory', 'applied', 'horizon', 'nobody'].includes(value),
  source: (value) => ['memory', 'shared', 'vault'].includes(value),
  cache: (value) => ['routes', 'leases', 'sessions'].includes(value),
  from: (value) => ['stream', 'inbox'].includes(value),
  to: (value) => ['proxy', 'management', 'internal-service'].includes(value),
  use: (value) => ['session', 'grant'].includes(value),
  work: (value) => /^[a-z ]+$/.test(value),
}
