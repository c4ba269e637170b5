import type { FaultCode } from '@protectmyapi/service-kit/faults'
import {
  APP_ID,
  HTTP_METHOD,
  HTTP_STATUS,
  knownMethod,
  ORGANIZATION_ID,
  REQUEST_ID,
  ROUTE,
  SERVICE_ID,
} from '@protectmyapi/service-kit/telemetry/attributes'
import { type RunningSpan, runInOpen, SERVER } from '@protectmyapi/service-kit/telemetry/spans'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { ProxyMeasures } from './proxy-measures.js'

/** The kind of route that a request asks for. A closed set, because it is a metric label. */
export type RouteClass = 'service' | 'attest' | 'jwks' | 'probe' | 'none'

/** Whose request it is. */
interface Subject {
  readonly organizationId: string
  readonly serviceId: string
  readonly appId: string
}

/**
 * What is reported about one request while it runs. A client's own `traceparent` is ignored: whether a request is
 * traced is decided here, and a phone may neither cause a trace nor join one.
 */
export interface RequestWatch {
  /** Runs the request; what it waits for becomes part of its trace, if it has one. */
  run<Answer>(work: () => Answer): Answer
  asksFor(route: RouteClass): void
  belongsTo(subject: Subject): void
  /** @param ownMs the part of the time until then that the proxy took. */
  headSent(status: number, ownMs: number): void
  /** @param status of the provider's answer, 0 where there was none. */
  forwarded(status: number, upstreamMs: number): void
  endsWith(outcome: FaultCode | 'CLIENT_LEFT'): void
  /** The request is over. */
  end(requestId: string, elapsedMs: number): void
}

export type WatchRequest = (method: string) => RequestWatch

/** Shared by all requests where nothing is measured or traced. */
export const NOT_WATCHED: RequestWatch = {
  run: (work) => work(),
  asksFor() {},
  belongsTo() {},
  headSent() {},
  forwarded() {},
  endsWith() {},
  end() {},
}

export function watchRequests({ measures, traces }: Telemetry, into: ProxyMeasures): WatchRequest {
  return (method) => {
    const span = traces.root('proxy.request', SERVER)
    if (span === undefined && !measures) return NOT_WATCHED
    span?.set({ [HTTP_METHOD]: knownMethod(method) })
    return new WatchedRequest(span, into)
  }
}

class WatchedRequest implements RequestWatch {
  readonly #span: RunningSpan | undefined
  readonly #into: ProxyMeasures
  #route: RouteClass = 'none'
  #outcome: FaultCode | 'CLIENT_LEFT' | 'OK' = 'OK'
  #ownMs = 0

  constructor(span: RunningSpan | undefined, into: ProxyMeasures) {
    this.#span = span
    this.#into = into
  }

  run<Answer>(work: () => Answer): Answer {
    return this.#span === undefined ? work() : runInOpen(this.#span, work)
  }

  asksFor(route: RouteClass): void {
    this.#route = route
  }

  belongsTo({ organizationId, serviceId, appId }: Subject): void {
    this.#span?.set({ [ORGANIZATION_ID]: organizationId, [SERVICE_ID]: serviceId, [APP_ID]: appId })
  }

  headSent(status: number, ownMs: number): void {
    this.#ownMs = ownMs
    this.#span?.set({ [HTTP_STATUS]: status })
  }

  forwarded(status: number, upstreamMs: number): void {
    this.#into.own.record(this.#ownMs / 1_000, {})
    this.#into.upstream.record(upstreamMs / 1_000, { status: status === 0 ? 'none' : `${Math.floor(status / 100)}xx` })
  }

  endsWith(outcome: FaultCode | 'CLIENT_LEFT'): void {
    this.#outcome = outcome
  }

  end(requestId: string, elapsedMs: number): void {
    const outcome = this.#outcome
    this.#into.request.record(elapsedMs / 1_000, { route: this.#route, outcome })
    this.#span?.set({ [REQUEST_ID]: requestId, [ROUTE]: this.#route })
    this.#span?.end(outcome)
  }
}
