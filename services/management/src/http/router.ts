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
  /** The sender, never an empty principal. @throws Fault UNAUTHORIZED, INVALID_TOKEN, TOKEN_EXPIRED or FORBIDDEN. */
  readonly authenticate: (request: Request) => Promise<Principal>
  /** The organization and the principal's role in it, or undefined both if it is absent and if they are no member. */
  readonly findOrg: (principal: Principal, idOrSlug: string) => Promise<CallOrg | undefined>
  /** `PMA_PUBLIC_ORIGIN`: the origin of the pages that use the cookie. */
  readonly publicOrigin: string | undefined
  readonly log: Logger
}

/**
 * Ids, slugs and names of secrets. Nothing can have another name, so Postgres is not asked. The length is limited by
 * the schema of the named thing, and otherwise by the limit on a request's head.
 */
const PARAM = /^[A-Za-z0-9_-]+$/

/** Mounts each path once with all of its methods, so that any other method is answered with 405 and `Allow`. */
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
    // In the middle of a stream: otherwise the reader would take what has arrived for the whole answer.
    if (response.headersSent) response.destroy()
    else sendProblem(response, fault, requestId)
    deps.log[fault.code === 'INTERNAL' ? 'error' : 'info']({ ...line, err: fault, ms: since(startedMs) }, 'refused')
  } finally {
    await snapshot?.close()
  }
}

/** Refuses a body: a client that held back its last byte would occupy one of the few snapshots for half a minute. */
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
 * The gate checks the principal, the organization and the permission, and only then query and body. After a body it
 * checks the caller again, and that result counts: a client that holds back the last byte has half a minute, in which
 * its sign-in, membership or role may end.
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
    // An absent body counts as an empty object where the route declares none. Where it does, `validateBody` refuses it.
    body: validateBody(route.body ?? NoBody, sent === undefined && !route.body ? {} : sent),
    authenticate: async () => inPerson(await deps.authenticate(request)),
    client: clientOf(request, deps.publicOrigin),
    precondition: preconditionOf(readConditions(request.headers)),
    claim: async () => undefined,
  }
}

/** Both are undefined on public routes. `org` is set only on routes within an organization. */
type Caller = Pick<AnyCall, 'principal' | 'org'>

async function callerOf({ permission }: Route, deps: RouterDeps, request: Request): Promise<Caller> {
  if (permission === 'public') return { principal: undefined, org: undefined }
  const principal = await deps.authenticate(request)
  if (isOrgPermission(permission)) {
    // The organization is looked up first, so that one out of reach is answered like an absent one.
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
 * Sends the answer through the declared schema, so that fields which are not declared stay private.
 *
 * @throws Error where the handler's answer does not fit the schema, which is a bug in the handler.
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
 * RETRYWAITS: a client that repeats a deletion because the first answer was lost reads "not found" as "it is gone". So
 * that answer waits as the first one did. It also waits for what never existed, so the delay does not tell the two
 * apart. If the database cannot say what to wait for, the answer is that outage.
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
