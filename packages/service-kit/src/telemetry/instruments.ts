import type { Meter as ObservableMeter } from '@opentelemetry/api'

/** Makes instruments. Histograms are the project's own; what is read when metrics are collected is OpenTelemetry's. */
export interface Meter extends Pick<ObservableMeter, 'createObservableGauge' | 'createObservableCounter'> {
  createSeconds<Label extends string>(spec: SecondsSpec<Label>): Seconds<Label>
}

/** @param observed makes what is read when metrics are collected. */
export function meterOf(observed: ObservableMeter, createSeconds: Meter['createSeconds']): Meter {
  return {
    createObservableGauge: (...args) => observed.createObservableGauge(...args),
    createObservableCounter: (...args) => observed.createObservableCounter(...args),
    createSeconds,
  }
}

export interface SecondsSpec<Label extends string> {
  readonly name: string
  readonly description: string
  readonly labels: readonly Label[]
}

/** Values of a label are a closed set: see docs/telemetry.md, and the test that checks all instruments. */
export type Labels<Label extends string = string> = Readonly<Record<Label, string>>

/** A histogram of durations. */
export interface Seconds<in out Label extends string> {
  record(seconds: number, labels: Labels<Label>): void
}

/** The name is the same everywhere: in the code, in Prometheus and over OTLP. */
export function secondsOf<const Names extends readonly string[]>(
  meter: Meter,
  name: string,
  description: string,
  labels: Names,
): Seconds<Names[number]> {
  return meter.createSeconds({ name, description, labels })
}

/** Reports one series of a metric. */
export type Observe = (value: number, labels?: Labels) => void

/** Read only when metrics are collected, so that it costs nothing otherwise. */
export function gaugeOf(meter: Meter, name: string, description: string, read: (observe: Observe) => void): void {
  meter.createObservableGauge(name, { description }).addCallback((result) => read(observer(result)))
}

/** The same for a value that only grows. */
export function sumOf(meter: Meter, name: string, description: string, read: (observe: Observe) => void): void {
  meter.createObservableCounter(name, { description }).addCallback((result) => read(observer(result)))
}

/** A gauge of one series. */
export function readingOf(meter: Meter, name: string, description: string, read: () => number): void {
  gaugeOf(meter, name, description, (observe) => observe(read()))
}

function observer(result: { observe(value: number, labels?: Labels): void }): Observe {
  return (value, labels) => result.observe(value, labels)
}

/** Counts things of a closed set of kinds. Counting is one addition; the series are made when metrics are collected. */
export interface Tally<Kind extends string> {
  up(kind: Kind, by?: number): void
}

/** @param kinds maps each kind to the labels of its series. */
export function tallyOf<Kind extends string>(
  meter: Meter,
  name: string,
  description: string,
  kinds: Readonly<Record<Kind, Labels>>,
): Tally<Kind> {
  const counts = new Map<Kind, number>()
  const labels: readonly [string, Labels][] = Object.entries(kinds)
  sumOf(meter, name, description, (observe) => {
    for (const [kind, of] of labels) observe(counts.get(kind as Kind) ?? 0, of)
  })
  return { up: (kind, by = 1) => void counts.set(kind, (counts.get(kind) ?? 0) + by) }
}
