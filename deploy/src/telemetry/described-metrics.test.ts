import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { z } from 'zod'
import { ALERT_STATES, AT_REST } from './alert-states.js'
import { dashboardQueries } from './dashboard-queries.js'
import { describedMetrics, seriesOf } from './described-metrics.js'

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')
const textOf = (...names: readonly string[]): Promise<string> => readFile(path.join(PROJECT, ...names), 'utf8')

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({ alert: z.string(), expr: z.string(), annotations: z.object({ runbook_url: z.string() }) }),
      ),
    }),
  ),
})

const metrics = describedMetrics(await textOf('docs', 'telemetry.md'))
const bySeries = new Map([...metrics.values()].flatMap((metric) => seriesOf(metric).map((name) => [name, metric])))
const alerts = Rules.parse(parse(await textOf('charts', 'protectmyapi', 'monitoring', 'alerts.yaml'))).groups.flatMap(
  ({ rules }) => rules,
)
const queries = await dashboardQueries(PROJECT)
const expressions = [...alerts.map(({ expr }) => expr), ...queries.map(({ expression }) => expression)]
/** The table of alerts: from its head to the first empty line. */
const [, table = ''] = /\n(\| state \| alert[\s\S]*?)\n\n/.exec(await textOf('docs', 'operations.md')) ?? []

/** Labels that Prometheus, the operator and Grafana add to a metric's own. */
const OF_OTHERS = ['namespace', 'job', 'pod', 'le', 'alertname']

interface Selector {
  readonly series: string
  readonly matchers: readonly { readonly label: string; readonly values: readonly string[] }[]
}

function selectorsOf(expression: string): readonly Selector[] {
  return [...expression.matchAll(/\b(pma_\w+)(?:\{([^}]*)\})?/g)].map(([, series = '', braces = '']) => ({
    series,
    matchers: [...braces.matchAll(/(\w+)\s*[!=]~?\s*"([^"]*)"/g)].map(([, label = '', values = '']) => ({
      label,
      values: values.split('|'),
    })),
  }))
}

/** Metrics and labels that an expression uses and the page does not describe, in words. */
function misfits(expression: string): readonly string[] {
  const selectors = selectorsOf(expression)
  const wrong = selectors.flatMap(({ series, matchers }) => {
    const metric = bySeries.get(series)
    if (metric === undefined) return [`${series} is not described`]
    return matchers.flatMap(({ label, values }) => {
      if (OF_OTHERS.includes(label)) return []
      const known = metric.labels.get(label)
      if (known === undefined) return [`${series} has no label ${label}`]
      return values.filter((value) => !known.includes(value)).map((value) => `${series} has no ${label} ${value}`)
    })
  })
  const labels = new Set(selectors.flatMap(({ series }) => [...(bySeries.get(series)?.labels.keys() ?? [])]))
  const grouped = [...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/))
  return [...wrong, ...grouped.filter((one) => !OF_OTHERS.includes(one) && !labels.has(one))]
}

describe('the metrics used by alerts and the dashboard', () => {
  it('are read from the page that describes them, with types, labels and values', () => {
    expect(metrics.size).toBeGreaterThan(50)
    expect(metrics.get('pma_postgres_pool_connections')).toEqual({
      name: 'pma_postgres_pool_connections',
      type: 'gauge',
      labels: new Map([
        ['database', ['management', 'management_data_plane', 'vault', 'vault_keys']],
        ['state', ['used', 'free']],
      ]),
    })
  })

  it('are refused when the page does not list the values of a label', () => {
    for (const label of ['`place`', '`place`: as it comes', 'place'])
      expect(() => describedMetrics(`| \`pma_a\` | gauge | ${label} | … |`)).toThrow('pma_a: nothing says')
  })

  it('are described in docs/telemetry.md with the labels and values that are used', () => {
    expect(expressions.length).toBeGreaterThan(90)
    expect(expressions.flatMap(misfits)).toEqual([])
    expect(misfits('sum by (pod, user) (rate(pma_kms_call_seconds{outcome=~"ok|lost", user="x"}[5m]))')).toEqual([
      'pma_kms_call_seconds is not described',
      'user',
    ])
  })

  it('are all metrics that the page describes', () => {
    const asked = new Set(
      expressions.flatMap(selectorsOf).flatMap(({ series }) => [bySeries.get(series)?.name ?? series]),
    )
    expect([...metrics.keys()].filter((name) => !asked.has(name))).toEqual([])
  })

  it('include those of the states with which alerts are tried', () => {
    const series = [AT_REST, ...ALERT_STATES.map((one) => one.series)].flatMap((one) => Object.keys(one))
    expect(series.flatMap(misfits)).toEqual([])
  })
})

describe('an alert', () => {
  it('fires in at least one state, and no state names an alert that does not exist', () => {
    const names = alerts.map(({ alert }) => alert).toSorted()
    expect([...new Set(ALERT_STATES.flatMap(({ firing }) => firing))].toSorted()).toEqual(names)
  })

  it('points to its line of docs/operations.md, where each line has an alert or says that it has none', () => {
    const rows = table.split('\n').slice(2)
    expect(rows.length).toBeGreaterThan(20)
    for (const row of rows) {
      const anchor = /<a id="([a-z-]+)"><\/a>/.exec(row)?.[1]
      const [, named = ''] = row.split(' | ')
      const pointing = alerts.filter(({ annotations }) => annotations.runbook_url === `RUNBOOK#${anchor}`)
      if (named.startsWith('none of its own')) expect(pointing).toEqual([])
      else {
        const inTable = [...named.matchAll(/`([A-Z]\w+)`/g)].map(([, name]) => `ProtectMyAPI${name}`)
        expect([row, pointing.map(({ alert }) => alert).toSorted()]).toEqual([row, inTable.toSorted()])
        expect(inTable.length).toBeGreaterThan(0)
      }
    }
    const anchors = rows.map((row) => /<a id="([a-z-]+)">/.exec(row)?.[1])
    for (const { annotations } of alerts) expect(anchors).toContain(annotations.runbook_url.slice('RUNBOOK#'.length))
  })
})
