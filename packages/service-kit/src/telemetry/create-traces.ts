import { isSpanContextValid, type SpanContext, SpanKind, TraceFlags, type Tracer } from '@opentelemetry/api'
import { parseTraceParent } from '@opentelemetry/core'
import { runIn, startTrace } from './spans.js'
import type { Traces } from './traces.js'

/**
 * @param tracer records every span that it is asked for.
 * @param ratio fraction of the roots that is kept.
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

function keptParent(traceparent: string | undefined): SpanContext | undefined {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent)
  if (parent === null || !isSpanContextValid(parent) || (parent.traceFlags & TraceFlags.SAMPLED) === 0) return undefined
  return { ...parent, isRemote: true }
}
