import type { FaultCode } from '@protectmyapi/service-kit/faults'
import {
  HTTP_METHOD,
  HTTP_ROUTE,
  HTTP_STATUS,
  knownMethod,
  ORGANIZATION_ID,
  REQUEST_ID,
  ROUTE,
} from '@protectmyapi/service-kit/telemetry/attributes'
import { runInOpen, SERVER } from '@protectmyapi/service-kit/telemetry/spans'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { RequestHandler, Response } from 'express'
import { requestIdOf } from '../http/request-id.js'
import type { ManagementMeasures } from './management-measures.js'

/** What is learnt about a request while it is handled. */
interface Learnt {
  /** The route's template, never the path. */
  template: string | undefined
  organizationId: string | undefined
  outcome: FaultCode | 'CLIENT_LEFT' | 'OK'
}

const underWay = new WeakMap<Response, Learnt>()

/** Called by the router, the gate and whatever refuses a request. Does nothing if the request is not watched. */
export function tellOfRequest(response: Response, learnt: Partial<Learnt>): void {
  const known = underWay.get(response)
  if (known) Object.assign(known, learnt)
}

/**
 * Runs before everything else: times each request, and traces some. A client's own `traceparent` is ignored, as at the
 * proxy.
 */
export function watchRest({ measures, traces }: Telemetry, { rest }: Pick<ManagementMeasures, 'rest'>): RequestHandler {
  return (request, response, next) => {
    const span = traces.root('rest.request', SERVER)
    if (span === undefined && !measures) return next()
    const startedMs = performance.now()
    const learnt: Learnt = { template: undefined, organizationId: undefined, outcome: 'OK' }
    underWay.set(response, learnt)
    response.once('close', () => {
      const { template, organizationId, outcome } = learnt
      const route = routeClass(template)
      const told = outcome === 'OK' && !response.writableFinished ? 'CLIENT_LEFT' : outcome
      rest.record((performance.now() - startedMs) / 1_000, { route, outcome: told })
      span?.set({
        [HTTP_METHOD]: knownMethod(request.method),
        [HTTP_STATUS]: response.statusCode,
        [REQUEST_ID]: requestIdOf(response),
        [ROUTE]: route,
        ...(template === undefined ? {} : { [HTTP_ROUTE]: template }),
        ...(organizationId === undefined ? {} : { [ORGANIZATION_ID]: organizationId }),
      })
      span?.end(told)
    })
    if (span) runInOpen(span, next)
    else next()
  }
}

/** `/orgs/{org}/secrets/{secret}` is `secrets`, `/orgs/{org}` is `orgs`: no more classes than the route table has. */
function routeClass(template: string | undefined): string {
  if (template === undefined) return 'none'
  const [first = 'none', , behind] = template.split('/').slice(1)
  return first === 'orgs' && behind !== undefined ? behind : first
}
