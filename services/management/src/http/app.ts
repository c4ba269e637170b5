import { Fault } from '@protectmyapi/service-kit/faults'
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express'
import helmet from 'helmet'
import { tellOfRequest } from '../telemetry/watch-rest.js'
import { API_PREFIX } from './api-prefix.js'
import { openApiDocument } from './openapi.js'
import { refuseManyFields } from './refuse-many-fields.js'
import { refuseWithoutHost } from './refuse-without-host.js'
import { giveRequestId, requestIdOf } from './request-id.js'
import type { Route } from './route.js'
import { mountRoutes, type RouterDeps } from './router.js'
import { faultOf, sendProblem } from './send-problem.js'
import { type BuiltDashboard, serveDashboard } from './serve-dashboard.js'

export interface AppDeps extends RouterDeps {
  readonly routes: readonly Route[]
  /** CIDR ranges of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. */
  readonly trustedProxies: readonly string[]
  /** The reason why management cannot serve now, or undefined when it can. */
  readonly notReady: () => Promise<string | undefined>
  /** Undefined: only the API is served. */
  readonly dashboard?: BuiltDashboard | undefined
  /** Sees each request before any other handler. */
  readonly watch?: RequestHandler | undefined
}

/** The REST side as an Express application. Only a route's gate reads cookies, bodies and queries. */
export function createApp(deps: AppDeps): Express {
  const app = express()
  app.set('trust proxy', [...deps.trustedProxies])
  app.set('query parser', false)
  app.set('strict routing', true)
  app.set('case sensitive routing', true)
  app.set('etag', false)
  if (deps.watch) app.use(deps.watch)
  app.use(giveRequestId, secured(), neverStored, refuseWithoutHost, refuseManyFields)
  app.get('/healthz', (_request, response) => {
    tellOfRequest(response, { template: '/probe' })
    response.json({ status: 'ok' })
  })
  app.get('/readyz', (_request, response) => ready(deps, response))
  const document = Buffer.from(JSON.stringify(openApiDocument(deps.routes)))
  app.get(`${API_PREFIX}/openapi.json`, (_request, response) => {
    response.set('content-type', 'application/json').send(document)
  })
  app.all(['/healthz', '/readyz', `${API_PREFIX}/openapi.json`], (request, response) => {
    const fault = new Fault('INVALID_METHOD', `no ${request.method} here`, { allow: ['GET', 'HEAD'] })
    sendProblem(response, fault, requestIdOf(response))
  })
  app.use(API_PREFIX, mountRoutes(deps.routes, deps))
  if (deps.dashboard) app.use(serveDashboard(deps.dashboard))
  app.use((_request: Request, response: Response) => {
    sendProblem(response, new Fault('NOT_FOUND', 'no such path'), requestIdOf(response))
  })
  app.use(refuseAsProblem(deps))
  return app
}

/** Answers are data: browsers must not run them, frame them or guess their type. */
function secured(): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    referrerPolicy: { policy: 'no-referrer' },
    // For browsers that do not know frame-ancestors.
    xFrameOptions: { action: 'deny' },
  })
}

function neverStored(_request: Request, response: Response, next: NextFunction): void {
  response.set('cache-control', 'no-store')
  next()
}

async function ready({ notReady }: AppDeps, response: Response): Promise<void> {
  tellOfRequest(response, { template: '/probe' })
  const obstacle = await notReady()
  if (obstacle === undefined) response.json({ status: 'ready' })
  else sendProblem(response, new Fault('UNAVAILABLE', obstacle, { say: obstacle }), requestIdOf(response))
}

/** The handler has four parameters, because that is how Express recognises an error handler. */
function refuseAsProblem({ log }: AppDeps) {
  return (thrown: unknown, _request: Request, response: Response, next: NextFunction): void => {
    const fault = faultOf(thrown)
    const requestId = requestIdOf(response)
    log[fault.code === 'INTERNAL' ? 'error' : 'info']({ err: fault, requestId }, 'refused')
    if (response.headersSent) next(thrown)
    else sendProblem(response, fault, requestId)
  }
}
