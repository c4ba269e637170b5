import { FAULTS, Fault } from '@protectmyapi/service-kit/faults'
import { hasBody } from '@protectmyapi/service-kit/http/has-body'
import { validateBody, validateQuery } from '@protectmyapi/service-kit/http/validate'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { type Request, type Response, Router } from 'express'
import { authorityOf, refuseUnlessRoleMay } from '../access/authority.js'
import type { CallOrg, Principal } from '../access/principal.js'
import { isOrgPermission, type OrgPermission } from '../access/roles.js'
import { inPerson, refuseUnlessCarried } from '../access/token-reach.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Snapshot } from '../db/snapshot.js'
import { answerOnce, type OnceDeps } from '../idempotency/answer-once.js'
import { tellOfRequest } from '../telemetry/watch-rest.js'
import { clientOf } from './client-of.js'
import { etagOf } from './etag.js'
import { preconditionOf, readConditions, readingOf, WITHOUT_ETAG } from './precondition.js'
import { readBody } from './read-body.js'
import { requestIdOf } from './request-id.js'
import { type Answer, type AnyCall, NoBody, NoQuery, type Route } from './route.js'
import { NDJSON, sendLines } from './send-lines.js'
import { faultOf, sendProblem } from './send-problem.js'

export interface RouterDeps extends OnceDeps {
  /** Who sent this? @throws Fault UNAUTHORIZED, INVALID_TOKEN or TOKEN_EXPIRED; never answers an empty principal. */
  readonly authenticate: (request: Request) => Promise<Principal>
  /** The organization and the principal's place in it, or undefined: absent and not a member are one answer. */
  readonly findOrg: (principal: Principal, idOrSlug: string) => Promise<CallOrg | undefined>
  /** `PMA_PUBLIC_ORIGIN`: where the pages are served that use the cookie. */
  readonly publicOrigin: string | undefined
  readonly log: Logger
}

/**
 * Ids, slugs and names of secrets. Anything else exists nowhere, and Postgres is not asked. How long one may be is said by
 * the schema of what is named, and else by the bound of a request's head.
 */
const PARAM = /^[A-Za-z0-9_-]+$/

/** Mounts routes: each path once, so that a known path with another method answers 405 with `Allow`. */
export function mountRoutes(routes: readonly Route[], deps: RouterDeps): Router {
  const router = Router({ strict: true, caseSensitive: true })
  for (const [path, methods] of byPath(routes)) {
    const mounted = router.route(expressPath(path))
    for (const route of methods) {
      mounted[verb(route.method)]((request: Request, response: Response) => serve(route, deps, request, response))
    }
    mounted.all((request, response) => {
      const fault = new Fault('INVALID_METHOD', `no ${request.method} here`, { allow: allowed(methods) })
      sendProblem(response, fault, requestIdOf(response))
    })
  }
  return router
}

async function serve(route: Route, deps: RouterDeps, request: Request, response: Response): Promise<void> {
  const requestId = requestIdOf(response)
  const startedMs = performance.now()
  tellOfRequest(response, { template: route.path })
  const line = { requestId, method: route.method, route: route.path }
  let snapshot: Snapshot | undefined
  try {
    snapshot = await snapshotFor(route, request)
    const call = { ...(await checkedCall(route, deps, request, requestId)), snapshot }
    tellOfRequest(response, { organizationId: call.org?.id })
    if (isChange(route) && !route.conditional) await call.precondition(async () => WITHOUT_ETAG)
    await present(route, await answerOnce(route, call, request.headers, deps), request, response)
    deps.log.info({ ...line, status: response.statusCode, actor: call.actor.id, ms: since(startedMs) }, 'answered')
  } catch (thrown) {
    const fault = await afterSecondDeletion(route, faultOf(thrown), deps)
    // In the middle of a stream: its reader must not take what came for all.
    if (response.headersSent) response.destroy()
    else sendProblem(response, fault, requestId)
    deps.log[fault.code === 'INTERNAL' ? 'error' : 'info']({ ...line, err: fault, ms: since(startedMs) }, 'refused')
  } finally {
    await snapshot?.close()
  }
}

/** Without a body: who kept back its last byte would keep one of a few snapshots for half a minute. */
async function snapshotFor(route: Route, request: Request): Promise<Snapshot | undefined> {
  if (!route.snapshot) return undefined
  if (hasBody(request)) {
    throw new Fault('INVALID_REQUEST', 'a body where a snapshot is taken', {
      say: 'This takes no body. Send the request without one.',
    })
  }
  return route.snapshot()
}

/**
 * The gate, in this order: who, which organization, whether they may, and only then what they sent. Then who once more,
 * and it is that answer which counts: whoever keeps back the last byte has half a minute, in which all of it may end.
 */
async function checkedCall(
  route: Route,
  deps: RouterDeps,
  request: Request,
  requestId: string,
): Promise<Omit<AnyCall, 'snapshot'>> {
  const before = await callerOf(route, deps, request)
  const params = pathParams(request)
  const query = validateQuery(route.query ?? NoQuery, searchOf(request))
  const sent = await readBody(request)
  const { principal, org } = hasBody(request) ? await callerOf(route, deps, request) : before
  return {
    requestId,
    actor: actorOf(route, { principal, org }, requestId),
    principal,
    org,
    params,
    query,
    // No body and no schema: as if an empty object had been sent. With a schema, its absence is an error of its own.
    body: validateBody(route.body ?? NoBody, sent === undefined && !route.body ? {} : sent),
    authenticate: async () => inPerson(await deps.authenticate(request)),
    client: clientOf(request, deps.publicOrigin),
    precondition: preconditionOf(readConditions(request.headers)),
    claim: async () => undefined,
  }
}

/** Neither on public routes; an organization where the route is within one. */
type Caller = Pick<AnyCall, 'principal' | 'org'>

async function callerOf({ permission }: Route, deps: RouterDeps, request: Request): Promise<Caller> {
  if (permission === 'public') return { principal: undefined, org: undefined }
  const principal = await deps.authenticate(request)
  if (isOrgPermission(permission)) {
    // Whether that is in reach is asked first: absent and out of reach are one answer.
    return { principal, org: await permittedOrg(deps, principal, pathParams(request).org ?? '', permission) }
  }
  refuseUnlessCarried(principal, permission)
  return { principal, org: undefined }
}

const isChange = ({ method }: Route): boolean => method !== 'GET'

async function permittedOrg(
  deps: RouterDeps,
  principal: Principal,
  idOrSlug: string,
  permission: OrgPermission,
): Promise<CallOrg> {
  const org = await deps.findOrg(principal, idOrSlug)
  if (!org) throw new Fault('NOT_FOUND', 'no such organization, or not a member of it')
  refuseUnlessCarried(principal, permission)
  refuseUnlessRoleMay(org.role, permission)
  return org
}

function pathParams(request: Request): Record<string, string> {
  const params = Object.entries(request.params).map(([name, value]) => [name, String(value)] as const)
  if (!params.every(([, value]) => PARAM.test(value))) throw new Fault('NOT_FOUND', 'a path parameter of no id or slug')
  return Object.fromEntries(params)
}

function actorOf({ permission }: Route, { principal, org }: Caller, requestId: string): Actor {
  if (!principal) return { kind: 'system', id: 'public', requestId }
  const token = principal.via === 'token' ? principal.tokenId : null
  return { kind: 'user', id: principal.userId, token, requestId, authority: authorityOf(principal, org, permission) }
}

/**
 * Through the declared schema, so a field that is not declared stays private.
 *
 * @throws Error where the handler's answer does not fit: a mistake of ours.
 */
async function present(route: Route, answer: Answer<unknown>, request: Request, response: Response): Promise<void> {
  const { answers } = route
  response.status(answers.orCreated && answer.created ? CREATED : answers.status)
  if (answer.headers) response.set(answer.headers)
  if (answer.resource !== undefined) {
    response.set('etag', etagOf(answer.resource))
    const unchanged = !isChange(route) && readingOf(readConditions(request.headers), answer.resource) === 'not-modified'
    if (unchanged) {
      response.status(NOT_MODIFIED).end()
      return
    }
  }
  if (answers.lines && answer.pages) {
    if (request.method === 'HEAD') response.set('content-type', NDJSON).end()
    else await sendLines(answer.pages, answers.lines, response)
    return
  }
  if (!answers.body) {
    response.end()
    return
  }
  const body = answers.body.parse(answer.body)
  response.set('content-type', 'application/json').send(Buffer.from(JSON.stringify(body)))
}

/**
 * RETRYWAITS: who deletes again, because the first answer was lost, reads "not found" as "it is gone". So that answer
 * waits as the first one did. It does so for what never was here as well, and thus tells the two apart for nobody. Where
 * the database cannot say what there is to wait for, the answer is that outage.
 */
async function afterSecondDeletion(route: Route, fault: Fault, { everythingInForce }: RouterDeps): Promise<Fault> {
  if (route.method !== 'DELETE' || FAULTS[fault.code].http !== 404) return fault
  return everythingInForce().then(() => fault, faultOf)
}

const CREATED = 201
const NOT_MODIFIED = 304

function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const paths = new Map<string, Route[]>()
  for (const route of routes) {
    const there = paths.get(route.path) ?? []
    if (there.some(({ method }) => method === route.method))
      throw new Error(`two routes for ${route.method} ${route.path}`)
    paths.set(route.path, [...there, route])
  }
  return paths
}

const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')
const searchOf = (request: Request): string => new URL(request.url, 'http://local').search
const since = (startedMs: number): number => Math.round(performance.now() - startedMs)

function allowed(routes: readonly Route[]): string[] {
  return routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
}

type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete'
const VERBS = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const satisfies Record<
  Route['method'],
  Verb
>
const verb = (method: Route['method']): Verb => VERBS[method]
