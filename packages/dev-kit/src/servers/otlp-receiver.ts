import { createServer, type IncomingMessage } from 'node:http'
import protobuf from 'protobufjs'

/** A span as a collector reads it. Ids are hex; `parentId` is empty for a root. */
export interface ReceivedSpan {
  readonly service: string
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string
  readonly name: string
  readonly kind: number
  readonly attributes: Readonly<Record<string, string | number>>
}

/** A collector that keeps what it receives. */
export interface OtlpReceiver {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string
  readonly spans: readonly ReceivedSpan[]
  /** The bodies of all requests, for traces and metrics; they contain strings in clear. */
  readonly bodies: readonly Buffer[]
  close(): Promise<void>
}

/**
 * The parts of OpenTelemetry's protocol (opentelemetry-proto 1.x) that are read here; the field numbers are the
 * contract.
 */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Traces { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
    repeated KeyValue attributes = 9;
  }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string string_value = 1; int64 int_value = 3; double double_value = 4; } }
`)
const Traces = root.lookupType('Traces')

interface WireAttribute {
  readonly key: string
  readonly value?: { readonly stringValue?: string; readonly intValue?: number; readonly doubleValue?: number }
}

interface WireSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  readonly attributes: readonly WireAttribute[]
}

interface WireTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly WireAttribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[]
  }[]
}

/** @param hear called with each body. */
export async function startOtlpReceiver({
  hear = () => {},
}: {
  readonly hear?: (body: Buffer) => void
} = {}): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const bodies: Buffer[] = []
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      bodies.push(body)
      hear(body)
      if (request.headers['content-type'] === 'application/x-protobuf' && request.url === '/v1/traces')
        spans.push(...spansOf(body))
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver listens on no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    bodies,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function spansOf(body: Buffer): ReceivedSpan[] {
  const options = { longs: Number, bytes: String, arrays: true, defaults: true, oneofs: true } as const
  // The library returns ids in base64.
  const traces = Traces.toObject(Traces.decode(body), options) as unknown as WireTraces
  return traces.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(attributesOf(resource.attributes)['service.name'])
    return scopeSpans
      .flatMap((scope) => scope.spans)
      .map((span) => ({
        service,
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentId: hex(span.parentSpanId),
        name: span.name,
        kind: span.kind,
        attributes: attributesOf(span.attributes),
      }))
  })
}

const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex')

function attributesOf(list: readonly WireAttribute[]): Record<string, string | number> {
  return Object.fromEntries(
    list.map(({ key, value }) => [key, value?.stringValue ?? value?.intValue ?? value?.doubleValue ?? '']),
  )
}
