import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { asFault, FAULTS, type FaultCode } from '../faults.js'
import { OUTCOME } from './attributes.js'

/** Kinds of spans, so that nobody else needs the library. */
export const { INTERNAL, SERVER, CLIENT } = SpanKind

/** How something ended: well, or as a row of the fault table. */
export type Outcome = 'OK' | FaultCode | 'CLIENT_LEFT' | 'FAILED'

/** A span that is being recorded, and what makes others below it. */
export interface RunningSpan {
  set(attributes: Attributes): void
  /** Ends it once; later calls change nothing. */
  end(outcome: string): void
  context(): SpanContext
  isOver(): boolean
  child(name: string, kind: SpanKind, attributes?: Attributes): RunningSpan
}

/**
 * What runs now, where it is traced. The one thing of telemetry that is not handed over by parameters: a statement or a
 * call belongs to whoever waits for it, however many functions lie between. While nothing is traced it costs a look.
 */
const running = new AsyncLocalStorage<RunningSpan>()

/** Traces of this process that have not ended. */
let traces = 0

/**
 * With the last of them the storage is put away: while it is in use, Node before 24 runs a hook for each promise of every
 * request, a tenth of the proxy's time, and one request of a hundred is traced.
 */
function endTrace(): void {
  traces -= 1
  if (traces === 0) running.disable()
}

/** The span of what runs now. What outlives its request, as a socket in a pool does, runs in none. */
export function activeSpan(): RunningSpan | undefined {
  const span = running.getStore()
  return span === undefined || span.isOver() ? undefined : span
}

/** Runs work in a span, which ends with it: with `OK`, or with the code of the fault that it throws. */
export async function runIn<Answer>(span: RunningSpan, work: () => Promise<Answer>): Promise<Answer> {
  try {
    const answer = await running.run(span, work)
    span.end('OK')
    return answer
  } catch (err) {
    span.end(asFault(err).code)
    throw err
  }
}

/** The same, where the span has another end than the work. */
export function runInOpen<Answer>(span: RunningSpan, work: () => Answer): Answer {
  return running.run(span, work)
}

/** Runs work as a part of what is traced; where nothing is, just runs it. */
export function inSpan<Answer>(
  name: string,
  work: () => Promise<Answer>,
  kind: SpanKind = INTERNAL,
  attributes?: Attributes,
): Promise<Answer> {
  const parent = activeSpan()
  return parent === undefined ? work() : runIn(parent.child(name, kind, attributes), work)
}

/** @param parent in another service, null for a root: what begins a trace in this process. */
export function startTrace(
  tracer: Tracer,
  parent: SpanContext | null,
  name: string,
  kind: SpanKind,
  attributes: Attributes = {},
): RunningSpan {
  traces += 1
  return new OpenSpan(tracer, startedSpan(tracer, parent, name, kind, attributes), endTrace)
}

function startedSpan(
  tracer: Tracer,
  parent: SpanContext | null,
  name: string,
  kind: SpanKind,
  attributes: Attributes,
): Span {
  const context = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
  return tracer.startSpan(name, { kind, attributes }, context)
}

class OpenSpan implements RunningSpan {
  readonly #tracer: Tracer
  readonly #span: Span
  readonly #ended: () => void

  constructor(tracer: Tracer, span: Span, ended: () => void) {
    this.#tracer = tracer
    this.#span = span
    this.#ended = ended
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes)
  }

  end(outcome: string): void {
    if (this.isOver()) return
    this.#span.setAttribute(OUTCOME, outcome)
    // Without words: those are in the log, where what may be in them is known.
    if (isError(outcome)) this.#span.setStatus({ code: SpanStatusCode.ERROR })
    this.#span.end()
    this.#ended()
  }

  context(): SpanContext {
    return this.#span.spanContext()
  }

  isOver(): boolean {
    return !this.#span.isRecording()
  }

  child(name: string, kind: SpanKind, attributes: Attributes = {}): RunningSpan {
    return new OpenSpan(this.#tracer, startedSpan(this.#tracer, this.context(), name, kind, attributes), NOTHING)
  }
}

const NOTHING = (): void => {}

/** Ours, or an authority's. What a caller did wrong is none. */
function isError(outcome: string): boolean {
  if (outcome === 'OK' || outcome === 'ok' || outcome === 'CLIENT_LEFT') return false
  return !Object.hasOwn(FAULTS, outcome) || FAULTS[outcome as FaultCode].http >= 500
}
