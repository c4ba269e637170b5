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

/** Kinds of spans, re-exported so that no other module needs the library. */
export const { INTERNAL, SERVER, CLIENT } = SpanKind

/** How something ended: well, or as a row of the fault table. */
export type Outcome = 'OK' | FaultCode | 'CLIENT_LEFT' | 'FAILED'

/** A span that is being recorded, and that makes spans below it. */
export interface RunningSpan {
  set(attributes: Attributes): void
  /** Ends it once; later calls change nothing. */
  end(outcome: string): void
  context(): SpanContext
  isOver(): boolean
  child(name: string, kind: SpanKind, attributes?: Attributes): RunningSpan
}

/**
 * The span of the running work, if it is traced. The only part of telemetry that is not passed by parameters: a
 * statement or a call belongs to the work that waits for it, however many functions lie between. While nothing is
 * traced, reading it costs almost nothing.
 */
const running = new AsyncLocalStorage<RunningSpan>()

/** Number of traces of this process that have not ended. */
let traces = 0

/**
 * Disables the storage after the last trace: while it is in use, Node before 24 runs a hook for each promise of every
 * request, which takes a tenth of the proxy's time, although only one request in a hundred is traced.
 */
function endTrace(): void {
  traces -= 1
  if (traces === 0) running.disable()
}

/** The span of the running work. Undefined for what outlives its request, such as a socket in a pool. */
export function activeSpan(): RunningSpan | undefined {
  const span = running.getStore()
  return span === undefined || span.isOver() ? undefined : span
}

/** Runs work in a span and ends the span with it: with `OK`, or with the code of the fault that it throws. */
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

/** The same if the span does not end with the work. */
export function runInOpen<Answer>(span: RunningSpan, work: () => Answer): Answer {
  return running.run(span, work)
}

/** Runs work as a part of the current trace; if there is none, only runs it. */
export function inSpan<Answer>(
  name: string,
  work: () => Promise<Answer>,
  kind: SpanKind = INTERNAL,
  attributes?: Attributes,
): Promise<Answer> {
  const parent = activeSpan()
  return parent === undefined ? work() : runIn(parent.child(name, kind, attributes), work)
}

/** Begins a trace in this process. @param parent the span in another service; null for a root. */
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
    // Without a message: messages are in the log, where their content is under control.
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

/** True for a failure of the product or of something it depends on, not for a mistake of the caller. */
function isError(outcome: string): boolean {
  if (outcome === 'OK' || outcome === 'ok' || outcome === 'CLIENT_LEFT') return false
  return !Object.hasOwn(FAULTS, outcome) || FAULTS[outcome as FaultCode].http >= 500
}
