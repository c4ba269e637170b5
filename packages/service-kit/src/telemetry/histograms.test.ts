import { describe, expect, it } from '@jest/globals'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { createHistograms } from './histograms.js'
import { type Seconds, secondsOf } from './instruments.js'
import { NO_TELEMETRY } from './telemetry.js'

const SPEC = { name: 'pma_test_seconds', description: 'a test', labels: ['route', 'outcome'] } as const
const SCOPE = 'test'

/** As Prometheus reads it, without the line about the process. */
async function textOf(reader: PrometheusExporter): Promise<string> {
  const { resourceMetrics, errors } = await reader.collect()
  expect(errors).toEqual([])
  return new PrometheusSerializer('', false, undefined, true, true).serialize(resourceMetrics)
}

/** What OTLP sends beside the values. */
async function shapeOf(reader: PrometheusExporter) {
  const { resourceMetrics } = await reader.collect()
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
    metrics.map(({ descriptor: { name, unit }, aggregationTemporality: temporality, dataPointType: type }) => {
      return { name, unit, temporality, type }
    }),
  )
}

describe('histograms', () => {
  it('are exported exactly as those of OpenTelemetry’s SDK, bounds and values that are none included', async () => {
    const histograms = createHistograms(SCOPE)
    const ours = new PrometheusExporter({ preventServerStart: true, metricProducers: [histograms] })
    const theirs = new PrometheusExporter({ preventServerStart: true })
    new MeterProvider({ readers: [ours] })
    const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
    const sdk = new MeterProvider({ readers: [theirs] }).getMeter(SCOPE).createHistogram(SPEC.name, {
      description: SPEC.description,
      unit: 's',
      advice: { explicitBucketBoundaries: bounds },
    })
    const own = histograms.create(SPEC)
    const values = [0, ...bounds.flatMap((bound) => [bound, bound + 0.0001]), 61, 3_600, -1, Number.NaN]
    for (const [at, value] of values.entries()) {
      const labels = { route: `r${at % 3}`, outcome: at % 2 === 0 ? 'OK' : 'FAILED' }
      own.record(value, labels)
      sdk.record(value, labels)
    }
    const text = await textOf(ours)
    expect(text).toContain('pma_test_seconds_count{route="r0",outcome="OK"} ')
    expect(text).toEqual(await textOf(theirs))
    const [shape, expected] = [await shapeOf(ours), await shapeOf(theirs)]
    expect(shape).toEqual([{ name: SPEC.name, unit: 's', temporality: 1, type: 0 }])
    expect(shape).toEqual(expected)
  })

  it('of one name with other labels are an error', () => {
    const histograms = createHistograms(SCOPE)
    histograms.create(SPEC)
    expect(() => histograms.create({ ...SPEC, labels: ['route'] })).toThrow('pma_test_seconds has other labels')
  })

  it('are typed by the labels they were made with', () => {
    const made = secondsOf(NO_TELEMETRY.meter, SPEC.name, SPEC.description, ['route'])
    // @ts-expect-error one label is missing
    const fewer: Seconds<'route' | 'outcome'> = made
    // @ts-expect-error one label is too many
    const more: Seconds<never> = made
    expect([fewer, more]).toEqual([made, made])
  })

  it('without a value are not exported', async () => {
    const histograms = createHistograms(SCOPE)
    histograms.create(SPEC)
    expect((await histograms.collect()).resourceMetrics.scopeMetrics).toEqual([])
  })

  it('of one name are one, and what was collected stays counted', async () => {
    const histograms = createHistograms(SCOPE)
    for (let round = 1; round <= 2; round++) {
      histograms.create(SPEC).record(0.002, { route: 'a', outcome: 'OK' })
      const { resourceMetrics } = await histograms.collect()
      const [metric, ...others] = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
      expect(others).toEqual([])
      expect(metric?.dataPoints).toMatchObject([{ value: { count: round, sum: round * 0.002 } }])
    }
  })

  it('count what belongs to more series than their bound in one for all of them, as the SDK does', async () => {
    const histograms = createHistograms(SCOPE, 3)
    const own = histograms.create(SPEC)
    for (const route of ['a', 'b', 'c', 'd', 'a']) own.record(1, { route, outcome: 'OK' })
    const { resourceMetrics } = await histograms.collect()
    expect(resourceMetrics.scopeMetrics).toMatchObject([
      {
        metrics: [
          {
            dataPoints: [
              { attributes: { route: 'a', outcome: 'OK' }, value: { count: 2 } },
              { attributes: { route: 'b', outcome: 'OK' }, value: { count: 1 } },
              { attributes: { 'otel.metric.overflow': true }, value: { count: 2 } },
            ],
          },
        ],
      },
    ])
  })
})
