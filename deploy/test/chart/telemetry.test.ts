import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { definedKinds } from './definitions.js'
import { CHART, type KubeObject, type Rendered, render } from './helm.js'
import { podOf, podsOf } from './pods.js'

const SERVICES = ['management', 'proxy', 'vault']

const PodMonitor = z.object({
  spec: z.object({
    selector: z.object({
      matchLabels: z.record(z.string(), z.string()),
      matchExpressions: z.tuple([
        z.object({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }),
      ]),
    }),
    podMetricsEndpoints: z.tuple([z.object({ port: z.string(), path: z.string() })]),
  }),
})
const Rule = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.object({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.object({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
})
const PrometheusRule = z.object({ spec: z.object({ groups: z.array(z.object({ rules: z.array(Rule) })) }) })
const ConfigMap = z.object({ data: z.record(z.string(), z.string()) })
const Ports = z.array(z.object({ name: z.string(), containerPort: z.number() }))

const ofKind = (rendered: Rendered, kind: string, end = ''): KubeObject | undefined =>
  rendered.objects.find((object) => object.kind === kind && object.metadata.name === `pma-protectmyapi${end}`)

describe('telemetry that is on', () => {
  let rendered: Rendered
  beforeAll(async () => {
    rendered = await render('plain')
  })

  it.each(['PodMonitor', 'PrometheusRule'])(
    'has a %s without a field that its operator does not know',
    async (kind) => {
      const schema = (await definedKinds()).get(kind)
      const object = ofKind(rendered, kind)
      expect(schema?.safeParse(object)).toMatchObject({ success: true })
      const wrong = { ...object, spec: { ...z.looseObject({}).parse(object?.spec), grups: [] } }
      expect(JSON.stringify(schema?.safeParse(wrong).error?.issues)).toContain('grups')
    },
  )

  it('is scraped from the metrics port of the three services’ pods, and from no other pod', () => {
    const { selector, podMetricsEndpoints } = PodMonitor.parse(ofKind(rendered, 'PodMonitor')).spec
    const [{ key, values }] = selector.matchExpressions
    const chosen = podsOf(rendered).filter(
      ({ labels }) =>
        Object.entries(selector.matchLabels).every(([name, value]) => labels[name] === value) &&
        values.includes(labels[key] ?? ''),
    )
    expect(chosen.map(({ component }) => component).toSorted()).toEqual(SERVICES)
    for (const { spec } of chosen) {
      const ports = Ports.parse(spec.containers[0]?.ports)
      expect(ports.filter(({ name }) => name === podMetricsEndpoints[0].port)).toEqual([
        { name: 'metrics', containerPort: 9464 },
      ])
    }
  })

  it('has alerts that ask for the release’s namespace alone, each with a link to its part of the runbook', () => {
    const rules = PrometheusRule.parse(ofKind(rendered, 'PrometheusRule')).spec.groups.flatMap((group) => group.rules)
    expect(rules.length).toBeGreaterThan(14)
    for (const { expr, annotations } of rules) {
      const selectors = expr.match(/\b(pma_\w+|up|nodejs_\w+|process_\w+)\b(\{[^}]*\})?/g) ?? []
      expect(selectors.length).toBeGreaterThan(0)
      for (const one of selectors) expect(one).toContain('namespace="keys"')
      expect(annotations.runbook_url).toMatch(/^https:\/\/wiki\.example\.com\/protectmyapi\/operations#[a-z-]+$/)
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })

  it('has the dashboard of deploy/grafana in a ConfigMap with the label for Grafana’s sidecar', async () => {
    const map = ofKind(rendered, 'ConfigMap', '-dashboard')
    expect(map?.metadata.labels).toMatchObject({ grafana_dashboard: '1' })
    const file = path.resolve(CHART, '..', '..', 'deploy', 'grafana', 'protectmyapi.json')
    const shipped = ConfigMap.parse(map).data['protectmyapi.json'] ?? ''
    expect(JSON.parse(shipped)).toEqual(JSON.parse(await readFile(file, 'utf8')))
  })
})

describe('the log level', () => {
  const isLevel = ({ kind, metadata }: KubeObject): boolean =>
    kind === 'ConfigMap' && metadata.name === 'pma-protectmyapi-log-level'

  it('changes one ConfigMap only, and no pod and no Job', async () => {
    const [before, after] = await Promise.all([render('development'), render('development', { logLevel: 'debug' })])
    expect(after.objects.filter((object) => !isLevel(object))).toEqual(
      before.objects.filter((object) => !isLevel(object)),
    )
    expect([before, after].map(({ objects }) => ConfigMap.parse(objects.find(isLevel)).data)).toEqual([
      { level: 'info' },
      { level: 'debug' },
    ])
  })

  it.each(SERVICES)(
    'is given to %s as a file in a mounted folder, which changes with the ConfigMap',
    async (component) => {
      const { spec } = podOf(await render('plain'), component)
      const [service] = spec.containers
      expect(service?.env).toContainEqual({ name: 'PMA_LOG_LEVEL_FILE', value: '/etc/protectmyapi/log-level/level' })
      // A mount by subPath is never updated.
      expect(service?.volumeMounts).toContainEqual({
        name: 'log-level',
        mountPath: '/etc/protectmyapi/log-level',
        readOnly: true,
      })
      expect(spec.volumes).toContainEqual({
        name: 'log-level',
        configMap: { name: 'pma-protectmyapi-log-level', optional: true },
      })
    },
  )
})

describe('telemetry that is off', () => {
  it('renders no metrics port, no object of an operator and no variable', async () => {
    const rendered = await render('aws')
    expect(rendered.text).not.toMatch(/monitoring\.coreos\.com|grafana|OTEL_|name: metrics/)
    for (const component of SERVICES)
      expect(JSON.stringify(podOf(rendered, component).raw)).not.toMatch(/METRICS|TELEMETRY|OTLP/)
  })
})
