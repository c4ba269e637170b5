import type { Attributes, SpanKind } from '@opentelemetry/api'
import type { RunningSpan } from './spans.js'

/** Begins traces, and continues those that another service of the installation has begun. */
export interface Traces {
  /** Undefined if this one is not traced: decided here, once, for every span below it in every service. */
  root(name: string, kind: SpanKind, attributes?: Attributes): RunningSpan | undefined
  /** The server's side of a call. Undefined without a `traceparent` of a trace that is kept (W3C Trace Context). */
  continued(traceparent: string | undefined, name: string, attributes: Attributes): RunningSpan | undefined
  /** Runs one round of background work. */
  background<Answer>(name: string, work: () => Promise<Answer>): Promise<Answer>
}

export const NO_TRACES: Traces = {
  root: () => undefined,
  continued: () => undefined,
  background: (_name, work) => work(),
}

/**
 * The `traceparent` for the metadata of a call to another service of the installation; for a request to a provider only
 * if its service is configured so.
 */
export function traceparentOf(span: RunningSpan): string {
  const { traceId, spanId } = span.context()
  return `00-${traceId}-${spanId}-01`
}
