import { z } from 'zod'

/** A span as the collector received it. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  /** Undefined for the root of a trace. */
  readonly parentId: string | undefined
  readonly name: string
  /** `service.name` of the process that exported it. */
  readonly service: string
  readonly attributes: ReadonlyMap<string, string>
  /** Unix time. */
  readonly endMs: number
}

const Attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((all) => new Map(all.map(({ key, value }) => [key, String(Object.values(value)[0])])))
const RawSpan = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(''),
  name: z.string(),
  attributes: Attributes,
  endTimeUnixNano: z.string(),
})
const Line = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(RawSpan) })),
    }),
  ),
})

/** Reads what the collector's file exporter wrote: one batch a line, in OTLP's JSON. */
export function readSpans(text: string): readonly Span[] {
  const lines = text.split('\n').filter((line) => line.endsWith('}'))
  return lines.flatMap((line) =>
    Line.parse(JSON.parse(line)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map(({ parentSpanId, endTimeUnixNano, ...span }) => ({
          ...span,
          endMs: Number(BigInt(endTimeUnixNano) / 1_000_000n),
          parentId: parentSpanId === '' ? undefined : parentSpanId,
          service: resource.attributes.get('service.name') ?? '',
        })),
      ),
    ),
  )
}

/** One trace, which should be a tree. */
export interface Trace {
  readonly traceId: string
  readonly spans: readonly Span[]
  readonly roots: readonly Span[]
  /** Spans whose parent never arrived. */
  readonly orphans: readonly Span[]
}

export function tracesOf(spans: readonly Span[]): readonly Trace[] {
  const byTrace = new Map<string, Span[]>()
  for (const span of spans) byTrace.set(span.traceId, [...(byTrace.get(span.traceId) ?? []), span])
  return [...byTrace].map(([traceId, all]) => {
    const ids = new Set(all.map(({ spanId }) => spanId))
    return {
      traceId,
      spans: all,
      roots: all.filter(({ parentId }) => parentId === undefined),
      orphans: all.filter(({ parentId }) => parentId !== undefined && !ids.has(parentId)),
    }
  })
}
