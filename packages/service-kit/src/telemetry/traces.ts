import {
  type Attributes,
  isSpanContextValid,
  type SpanContext,
  SpanKind,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api'
import { parseTraceParent } from '@opentelemetry/core'
import { type RunningSpan, runIn, startTrace } from './spans.js'

/** Makes roots, and takes up what another service of ours has begun. */
export interface Traces {
  /** Undefined where this one is not traced: decided here, once, for everything below it in every service. */
  root(name: string, kind: SpanKind, attributes?: Attributes): RunningSpan | undefined
  /** The server's side of a call. Undefined without a `traceparent` of a trace that is kept (W3C Trace Context). */
  continued(traceparent: string | undefined, name: string, attributes: Attributes): RunningSpan | undefined
  /** Runs one round of work that nobody asked for. */
  background<Answer>(name: string, work: () => Promise<Answer>): Promise<Answer>
}

export const NO_TRACES: Traces = {
  root: () => undefined,
  continued: () => undefined,
  background: (_name, work) => work(),
}

/**
 * @param tracer records all that it is asked for.
 * @param ratio part of the roots that is kept.
 */
export function createTraces(tracer: Tracer, ratio: number, random: () => number = Math.random): Traces {
  const isKept = (): boolean => random() < ratio
  const root: Traces['root'] = (name, kind, attributes) =>
    isKept() ? startTrace(tracer, null, name, kind, attributes) : undefined
  return {
    root,
    continued(traceparent, name, attributes) {
      const parent = keptParent(traceparent)
      return parent && startTrace(tracer, parent, name, SpanKind.SERVER, attributes)
    },
    background(name, work) {
      const span = root(`background ${name}`, SpanKind.INTERNAL)
      return span === undefined ? work() : runIn(span, work)
    },
  }
}

/** For the metadata of a call to another service of ours; for a request to a provider only where its service says so. */
export function traceparentOf(span: RunningSpan): string {
  const { traceId, spanId } = span.context()
  return `00-${traceId}-${spanId}-01`
}

function keptParent(traceparent: string | undefined): SpanContext | undefined {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent)
  if (parent === null || !isSpanContextValid(parent) || (parent.traceFlags & TraceFlags.SAMPLED) === 0) return undefined
  return { ...parent, isRemote: true }
}
