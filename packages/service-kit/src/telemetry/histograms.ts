import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api'
import { millisToHrTime } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type HistogramMetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'
import type { Labels, Seconds, SecondsSpec } from './instruments.js'

/** Half a millisecond to a minute: a hit in memory, a statement, a call, a slow provider. Inclusive upper bounds. */
const BOUNDARIES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Series of one histogram, as in the SDK; the last one counts whatever belongs to none of the others. */
const SERIES_MAX = 2_000

/** Its label (OpenTelemetry specification, Metrics SDK, "Overflow attribute"). */
const OVERFLOW = { 'otel.metric.overflow': true }

/**
 * Histograms that OpenTelemetry's readers export beside the SDK's instruments. The SDK's own sort the labels of each value
 * and write them as JSON, to find the series: for a request of the proxy that was a tenth of all its work.
 */
export interface Histograms extends MetricProducer {
  /**
   * The histogram of this name; the first call makes it.
   *
   * @throws Error where it was made with other labels.
   */
  create<Label extends string>(spec: SecondsSpec<Label>): Seconds<Label>
}

export function createHistograms(scope: string, seriesMax = SERIES_MAX): Histograms {
  const made = new Map<string, Histogram>()
  return {
    create(spec) {
      const histogram = made.get(spec.name) ?? new Histogram(spec, seriesMax)
      if (!histogram.hasLabels(spec.labels)) throw new Error(`${spec.name} has other labels`)
      made.set(spec.name, histogram)
      return { record: (seconds, labels) => histogram.record(seconds, labels) }
    },
    async collect() {
      const now = wallTime()
      const used = [...made.values()].filter((histogram) => histogram.isUsed())
      const metrics = used.map((histogram) => histogram.read(now))
      const scopeMetrics = metrics.length === 0 ? [] : [{ scope: { name: scope }, metrics }]
      // Readers keep the SDK's resource.
      return { resourceMetrics: { resource: resourceFromAttributes({}), scopeMetrics }, errors: [] }
    },
  }
}

/** The SDK's clock: core's own `hrTime` does not follow when the wall clock is set. */
const wallTime = (): HrTime => millisToHrTime(Date.now())

class Histogram {
  readonly #spec: SecondsSpec<string>
  readonly #seriesMax: number
  /** Keyed by the values of the labels, each on a line: they are closed sets, and none has a line break. */
  readonly #series = new Map<string, Series>()
  #overflow: Series | undefined

  constructor(spec: SecondsSpec<string>, seriesMax: number) {
    this.#spec = spec
    this.#seriesMax = seriesMax
  }

  hasLabels(labels: readonly string[]): boolean {
    return labels.join('\n') === this.#spec.labels.join('\n')
  }

  record(seconds: number, labels: Labels<string>): void {
    // As in the SDK. One NaN would make every later sum NaN, and a sum that falls looks like a restart to Prometheus.
    if (!(seconds >= 0)) return
    let key = ''
    for (const label of this.#spec.labels) key += `${labels[label]}\n`
    const series = this.#series.get(key) ?? this.#added(key, labels)
    series.add(seconds)
  }

  #added(key: string, labels: Labels<string>): Series {
    if (this.#series.size >= this.#seriesMax - 1) {
      this.#overflow ??= new Series(OVERFLOW)
      return this.#overflow
    }
    const series = new Series(Object.fromEntries(this.#spec.labels.map((label) => [label, labels[label]])))
    this.#series.set(key, series)
    return series
  }

  isUsed(): boolean {
    return this.#series.size > 0
  }

  read(now: HrTime): HistogramMetricData {
    const { name, description } = this.#spec
    const all = [...this.#series.values(), ...(this.#overflow ? [this.#overflow] : [])]
    return {
      descriptor: { name, description, unit: 's', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: all.map((series) => series.read(now)),
    }
  }
}

/** The values with the same labels. */
class Series {
  readonly #attributes: Attributes
  readonly #startTime = wallTime()
  readonly #counts = new Array<number>(BOUNDARIES.length + 1).fill(0)
  #count = 0
  #sum = 0

  constructor(attributes: Attributes) {
    this.#attributes = attributes
  }

  add(seconds: number): void {
    const above = BOUNDARIES.findIndex((boundary) => seconds <= boundary)
    const bucket = above === -1 ? BOUNDARIES.length : above
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count += 1
    this.#sum += seconds
  }

  read(now: HrTime): DataPoint<HistogramMetricData['dataPoints'][number]['value']> {
    const buckets = { boundaries: BOUNDARIES, counts: [...this.#counts] }
    return {
      attributes: this.#attributes,
      startTime: this.#startTime,
      endTime: now,
      value: { buckets, count: this.#count, sum: this.#sum },
    }
  }
}
