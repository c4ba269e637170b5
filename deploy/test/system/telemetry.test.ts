import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { freePort } from '@protectmyapi/dev-kit/free-port'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@protectmyapi/dev-kit/servers/otlp-receiver'
import { until } from '@protectmyapi/dev-kit/until'
import { describedMetrics } from '../../src/telemetry/described-metrics.js'
import { findMetricFaults } from '../../src/telemetry/find-metric-faults.js'
import { type ExposedSeries, exposedSeries } from './exposed-series.js'
import { type Provisioned, provision } from './provision.js'
import { type StandIn, startStandIn } from './stand-in.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'

const SERVICES = ['vault', 'management', 'proxy'] as const
const PAGE = path.resolve(import.meta.dirname, '..', '..', '..', 'docs', 'telemetry.md')
const DOCUMENTED = describedMetrics(await readFile(PAGE, 'utf8'))
/** Exposed where a Redis is configured. */
const OF_REDIS = ['pma_proxy_redis_usable', 'pma_redis_usable', 'pma_drain_lag_seconds', 'pma_drain_streams_away']

describe('telemetry', () => {
  let system: TestSystem
  let provider: StandIn
  let collector: OtlpReceiver
  let target: Provisioned
  let value = ''
  const ports: Partial<Record<(typeof SERVICES)[number], number>> = {}
  /** Contents of the client's request, none of which may be in the telemetry. */
  const sent = Object.fromEntries(
    ['path', 'query', 'header', 'body'].map((place) => [place, `planted-${place}-${randomBytes(9).toString('hex')}`]),
  )

  beforeAll(async () => {
    collector = await startOtlpReceiver()
    for (const service of SERVICES) ports[service] = await freePort()
    const environment = (service: (typeof SERVICES)[number]) => ({
      PMA_METRICS_HOST: '127.0.0.1',
      PMA_METRICS_PORT: String(ports[service]),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_TRACES_SAMPLER_ARG: '1',
    })
    system = await startTestSystem({
      extra: { vault: environment('vault'), management: environment('management'), proxy: environment('proxy') },
    })
    provider = await startStandIn({
      keyOf: ({ headers }) => headers.authorization,
      answer: ({ body }) => ({ body: { heard: body.toString() } }),
    })
    value = system.planter.plant('sk-told-')
    provider.accept(`Bearer ${value}`)
    target = await provision(system, { slug: 'told', origin: provider.origin, value, policy: 'audit' })
  }, 60_000)

  afterAll(async () => {
    await system?.stop()
    await provider?.stop()
    await collector?.close()
  }, 60_000)

  const CLIENTS_TRACE = 'c'.repeat(32)
  const send = (): Promise<Response> =>
    fetch(`${system.proxy}/v1/p/told/${sent.path}?q=${sent.query}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${target.token}`,
        'x-planted': `${sent.header}`,
        traceparent: `00-${CLIENTS_TRACE}-${'d'.repeat(16)}-01`,
        tracestate: `vendor=${sent.header}`,
        baggage: `planted=${sent.header}`,
      },
      body: `${sent.body}`,
    })

  const traceOf = (requestId: string | null): Promise<readonly ReceivedSpan[]> =>
    until(() => {
      const root = collector.spans.find((span) => span.attributes['pma.request_id'] === requestId)
      const trace = collector.spans.filter(({ traceId }) => traceId === root?.traceId)
      // Each service exports its spans separately.
      return Promise.resolve(new Set(trace.map(({ service }) => service)).size === SERVICES.length ? trace : undefined)
    }, 20_000)

  const metricsOf = async (service: (typeof SERVICES)[number]): Promise<readonly ExposedSeries[]> =>
    exposedSeries(await (await fetch(`http://127.0.0.1:${ports[service]}/metrics`)).text())

  it('has one trace with one root for a request, through all three services and out to the provider', async () => {
    const answer = await send()
    expect(answer.status).toBe(200)
    const trace = await traceOf(answer.headers.get('pma-request-id'))
    const root = trace.filter(({ parentId }) => parentId === '')
    expect(root).toHaveLength(1)
    expect(root[0]).toMatchObject({
      name: 'proxy.request',
      service: 'protectmyapi-proxy',
      attributes: { 'pma.route': 'service', 'pma.outcome': 'OK', 'http.response.status_code': 200 },
    })
    const ids = new Set(trace.map(({ spanId }) => spanId))
    expect(trace.filter(({ parentId }) => parentId !== '' && !ids.has(parentId))).toEqual([])
    const names = new Set(trace.map(({ service, name }) => `${service.replace('protectmyapi-', '')} ${name}`))
    for (const name of [
      'proxy route',
      'proxy Directory/ResolveRoute',
      'management Directory/ResolveRoute',
      'management sql select',
      'proxy admit',
      'proxy lease',
      'proxy Vault/LeaseSecrets',
      'vault Vault/LeaseSecrets',
      'vault sql select',
      'proxy upstream',
    ])
      expect(names).toContain(name)
    expect(names).toContain(system.redis ? 'proxy admit by redis' : 'management Directory/Admit')
    const upstream = trace.find(({ name }) => name === 'upstream')
    expect(upstream?.attributes).toEqual({
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(provider.origin).port),
      'http.response.status_code': 200,
      'pma.bytes_sent': sent.body?.length,
      'pma.bytes_received': expect.any(Number),
      'pma.outcome': 'OK',
    })
  }, 30_000)

  it('joins no trace of a client, hands the client’s fields on, and gives the provider no trace id', async () => {
    expect(collector.spans.filter(({ traceId }) => traceId === CLIENTS_TRACE)).toEqual([])
    const { headers } = provider.received.at(-1) ?? { headers: {} }
    expect(headers).toMatchObject({
      traceparent: `00-${CLIENTS_TRACE}-${'d'.repeat(16)}-01`,
      tracestate: `vendor=${sent.header}`,
      baggage: `planted=${sent.header}`,
    })
    const own = new Set(collector.spans.map(({ traceId }) => traceId))
    expect(
      [...own].filter((id) => JSON.stringify(provider.received.map((one) => one.rawHeaders)).includes(id)),
    ).toEqual([])
  })

  it('holds nothing of what a client sent, and no value, token or name of a secret', async () => {
    const exposed = await Promise.all(
      SERVICES.map(async (service) => (await fetch(`http://127.0.0.1:${ports[service]}/metrics`)).text()),
    )
    const told = `${Buffer.concat(collector.bodies).toString('latin1')}${exposed.join('')}`
    expect(told).toContain('proxy.request')
    for (const planted of [value, target.token, target.secretName, ...Object.values(sent)])
      expect(told).not.toContain(planted)
  })

  it('has every metric that is documented and no other, with label values that are documented too', async () => {
    expect(DOCUMENTED.size).toBeGreaterThan(50)
    // A change that waited, a path that does not exist, and what is read every 15 s.
    await fetch(`${system.management}/api/v1/${sent.path}`)
    const told = await until(async () => {
      const series = (await Promise.all(SERVICES.map(metricsOf))).flat().map(({ labels }) => labels)
      return series.some(({ __name__: name }) => name === 'pma_heads_unsigned') ? series : undefined
    }, 20_000)
    const described = [...DOCUMENTED].filter(([name]) => system.redis !== undefined || !OF_REDIS.includes(name))
    expect(findMetricFaults(new Map(described), told)).toEqual([])
  }, 30_000)

  it('is documented with every class of routes that the REST contract has', async () => {
    const contract = await fetch(`${system.management}/api/v1/openapi.json`)
    const { paths } = (await contract.json()) as { paths: Record<string, unknown> }
    const classes = Object.keys(paths).map((one) => one.replace(/^\/orgs\/\{org\}\//, '/').split('/')[1])
    const documented = DOCUMENTED.get('pma_rest_request_seconds')?.labels.get('route')
    expect(new Set(documented)).toEqual(new Set([...classes, 'assets', 'dashboard', 'probe', 'none']))
  })

  it('counts a request once, in each metric of the proxy that it concerns', async () => {
    const series = await metricsOf('proxy')
    const countOf = (name: string, labels: Record<string, string> = {}): number =>
      series.find((one) => Object.entries({ ...labels, __name__: name }).every(([key, is]) => one.labels[key] === is))
        ?.value ?? Number.NaN
    expect(countOf('pma_proxy_request_seconds_count', { route: 'service', outcome: 'OK' })).toBe(1)
    expect(countOf('pma_proxy_upstream_seconds_count', { status: '2xx' })).toBe(1)
    expect(countOf('pma_proxy_leases_total', { source: 'vault' })).toBe(1)
    expect(countOf('pma_proxy_horizon_seconds')).toBeGreaterThan(0)
    expect(
      countOf('pma_proxy_admissions_total', { by: system.redis ? 'redis' : 'directory', outcome: 'admitted' }),
    ).toBe(1)
  })

  it('gives the provider the proxy’s trace context and none of a client’s, once the service says so', async () => {
    await system.owner.patch(`${system.org}/services/told`, { forwardTraceContext: true })
    expect((await send()).status).toBe(200)
    const headers = provider.received.at(-1)?.headers
    expect(headers?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(headers?.traceparent).not.toContain(CLIENTS_TRACE)
    expect([headers?.tracestate, headers?.baggage]).toEqual([undefined, undefined])
  })

  it('answers 404 on the ports for apps and people', async () => {
    expect((await fetch(`${system.proxy}/metrics`)).status).toBe(404)
    expect((await fetch(`${system.management}/metrics`)).status).toBe(404)
  })
})
