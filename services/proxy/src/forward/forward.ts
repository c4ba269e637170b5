import type { Clock } from '@protectmyapi/service-kit/clock'
import {
  BYTES_RECEIVED,
  BYTES_SENT,
  HTTP_STATUS,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '@protectmyapi/service-kit/telemetry/attributes'
import { activeSpan, CLIENT, type RunningSpan } from '@protectmyapi/service-kit/telemetry/spans'
import { traceparentOf } from '@protectmyapi/service-kit/telemetry/traces'
import type { Pools } from '../dial/pools.js'
import type { UpstreamRequest } from '../inject/inject.js'
import { createScrubber } from '../scrub/scrubber.js'
import type { Exchange } from '../server/exchange.js'
import { FORWARDING_LIMITS, type Forwarded, Forwarding } from './forwarding.js'
import { bodyTooLarge, type RequestBody } from './request-body.js'
import type { ReturnPath } from './return-addresses.js'
import { Upload } from './upload.js'

export interface ForwardDeps {
  readonly pools: Pools
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Shorter in tests. */
  readonly slowReaderMs?: number
}

export interface ForwardRequest {
  readonly exchange: Exchange
  readonly organizationId: string
  readonly request: UpstreamRequest
  readonly body: RequestBody
  /** From the request's end to the first byte of the answer, and between two bytes of it. */
  readonly timeoutMs: number
  /** For the body. A larger one ends the request. */
  readonly bodyBytesMax: number
  /** Whether the provider is told the trace, where there is one. */
  readonly forwardTraceContext: boolean
  /** How addresses in the answer are led back to the proxy. */
  readonly back: ReturnPath
}

/** A request under way: how it ends, and the means to end it. */
export interface UnderWay {
  readonly done: Promise<Forwarded>
  abort: Forwarding['abort']
}

/**
 * Sends a request once and passes its answer on. Nothing is retried and no redirect is followed; both are up to the
 * client.
 */
export function forward(deps: ForwardDeps, asked: ForwardRequest): UnderWay {
  const { pools, clock, slowReaderMs = FORWARDING_LIMITS.slowReaderMs } = deps
  const { exchange, organizationId, request, body, timeoutMs, bodyBytesMax, forwardTraceContext, back } = asked
  const upload = body.kind === 'streamed' ? uploadOf(exchange, bodyBytesMax) : null
  const forwarding = new Forwarding({
    exchange,
    clock,
    scrubber: createScrubber(request),
    injects: request.secrets.length > 0,
    scrub: request.scrub,
    closeIsAnEnd: request.method === 'HEAD' || !request.origin.startsWith('https:'),
    back,
    slowReaderMs,
    leaveConnection: () => pools.leave(organizationId, request.origin),
    sentBytes: () => (upload ? upload.bytes : body.kind === 'whole' ? body.bytes.length : 0),
  })
  const span = watchUpstream(request.origin, forwarding.done)
  const own = body.kind === 'streamed' && body.length !== null ? ['content-length', String(body.length)] : []
  if (forwardTraceContext && span) own.push('traceparent', traceparentOf(span))
  pools.get(organizationId, request.origin).dispatch(
    {
      path: request.target,
      method: narrowMethod(request.method),
      headers: [...request.headers, ...own],
      body: upload ?? (body.kind === 'whole' ? body.bytes : null),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    },
    forwarding,
  )
  return { done: forwarding.done, abort: (why) => forwarding.abort(why) }
}

/** Records the origin's host, sizes and the status: no path, no query, no field. Undefined where nothing is traced. */
function watchUpstream(origin: string, done: Promise<Forwarded>): RunningSpan | undefined {
  const parent = activeSpan()
  if (parent === undefined) return undefined
  const { hostname, port, protocol } = new URL(origin)
  const defaultPort = protocol === 'http:' ? 80 : 443
  const span = parent.child('upstream', CLIENT, {
    [SERVER_ADDRESS]: hostname,
    [SERVER_PORT]: port === '' ? defaultPort : Number(port),
  })
  void done.then(({ status, fault, end, requestBytes, responseBytes }) => {
    span.set({ [HTTP_STATUS]: status, [BYTES_SENT]: requestBytes, [BYTES_RECEIVED]: responseBytes })
    span.end(fault?.code ?? (end === 'left' ? 'CLIENT_LEFT' : 'OK'))
  })
  return span
}

function uploadOf(exchange: Exchange, bytesMax: number): Upload {
  return new Upload(exchange.incoming, {
    bytesMax,
    tooLarge: () => bodyTooLarge(bytesMax),
    begin() {
      exchange.askForBody()
    },
  })
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS' | 'PATCH'

/** `aim` has checked the method. undici's type knows fewer methods than its code. */
function narrowMethod(method: string): Method {
  return method as Method
}
