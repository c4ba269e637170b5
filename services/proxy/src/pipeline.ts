import type { Lane } from '@protectmyapi/service-kit/fairness/lanes'
import { asFault, FAULTS, Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { inSpan } from '@protectmyapi/service-kit/telemetry/spans'
import type { AccessRequest, Admission, Decision } from './admit/admission.js'
import { aim } from './aim/aim.js'
import { type Crowd, TooCrowded } from './fairness/crowd.js'
import type { Turnstile } from './fairness/turnstile.js'
import { type ForwardDeps, forward, type UnderWay } from './forward/forward.js'
import type { Forwarded } from './forward/forwarding.js'
import { checkLength, type RequestBody, takeBody } from './forward/request-body.js'
import { ClientLeft } from './forward/upload.js'
import type { Freshness } from './freshness/freshness.js'
import { type Identified, identify } from './identify/identify.js'
import { inject, type UpstreamRequest } from './inject/inject.js'
import { GrantRefused, type LeaseSource, RouteFallen } from './lease/lease-source.js'
import type { Ticket } from './record/recorder.js'
import type { Route, RouteSource } from './routes/route.js'
import { alarmOnLeak } from './scrub/leak-alarm.js'
import { isSearchable } from './scrub/needles.js'
import type { Exchange } from './server/exchange.js'
import { follow } from './server/follow.js'
import { exceededFault, limitedFault } from './server/limited-fault.js'
import type { ServiceDestination } from './server/routing.js'
import { NO_MEASURES, type ProxyMeasures } from './telemetry/proxy-measures.js'

const LIMITS = {
  /**
   * What a request rests on may change before anything of it has left; then the request begins again, for this long. So
   * an operator who works through a list of secrets causes no refusals, and a feed that never rests holds no request
   * for ever.
   */
  beginsAgainMs: 5_000,
  /** Attempts within that time. Each takes a place in the record, and may ask management and vault. */
  turnsMax: 20,
  /** Attempts where the vault refused a grant. A certificate is replaced only rarely, while clocks may stay apart. */
  refusedTurnsMax: 3,
} as const

export interface PipelineDeps {
  readonly freshness: Freshness
  readonly routes: RouteSource
  readonly leases: LeaseSource
  readonly admission: Admission
  readonly forwarding: ForwardDeps
  /** Requests under way, in all and for each organization. */
  readonly underWay: Lane
  /** Those of them that are not on their way to the provider yet. */
  readonly crowd: Crowd
  /** Decides when each request may begin. */
  readonly turnstile: Turnstile
  readonly log: Logger
  readonly measures?: Pick<ProxyMeasures, 'leakedKeys'>
}

/** One request to a service. */
export interface Call {
  readonly exchange: Exchange
  readonly destination: ServiceDestination
  readonly identified: Identified
  readonly body: RequestBody
  /** The routes by which it has been admitted: several where it began again. */
  readonly admittedBy: Route[]
}

/** Never rejects: every failure becomes an answer, unless the client is gone. */
export type Pipeline = (exchange: Exchange, destination: ServiceDestination) => Promise<void>

/** The stages of a request: identify, aim, admit, lease, inject, forward, scrub, finish. */
export function createPipeline(deps: PipelineDeps): Pipeline {
  return async (exchange, destination) => {
    const { service, target } = destination
    try {
      const identified = identify(exchange.incoming.rawHeaders, target.query)
      // Before anything is looked up, so that no client can hold a lease up with a slow body.
      const body = await takeBody(exchange.incoming, exchange.waits)
      await walkUntilSent(deps, { exchange, destination, identified, body, admittedBy: [] })
    } catch (thrown) {
      if (thrown instanceof ClientLeft) return exchange.watch.endsWith('CLIENT_LEFT')
      const fault = asFault(thrown)
      deps.log[levelOf(fault)]({ err: fault, requestId: exchange.requestId, service }, 'request refused')
      if (fault instanceof TooCrowded) exchange.restAfterwards(fault.restMs)
      exchange.refuse(fault)
    }
  }
}

async function walk(deps: PipelineDeps, call: Call): Promise<void> {
  const { exchange, destination, identified, body } = call
  const { headers, query } = identified
  const { leakedKeys } = deps.measures ?? NO_MEASURES
  const route =
    deps.routes.held(identified.credential, destination.service) ??
    (await inSpan('route', () => deps.routes.resolve(identified.credential, destination.service)))
  exchange.watch.belongsTo(route)
  const handedOver = deps.crowd.enter(route.organizationId)
  const following = follow(deps.freshness, route)
  const leave = deps.underWay.enter(route.organizationId)
  try {
    if (!leave) throw new Fault('UNAVAILABLE', `too many requests of ${route.organizationId} are under way`)
    const aimed = aim(route.target, exchange.method, destination.target.path)
    checkLength(body, route.target.bodyBytesMax)
    const turn = deps.turnstile.pass(route.organizationId)
    if (turn) await turn
    const ticket = admitted(await inSpan('admit', () => deps.admission.admit(accessOf(call, route))))
    call.admittedBy.push(route)
    let sending: UnderWay
    try {
      const secrets = deps.leases.held(route) ?? (await inSpan('lease', () => deps.leases.lease(route)))
      following.check()
      const request = inject(route, aimed, { headers, query, method: exchange.method }, secrets)
      if (route.isTest) checkShowable(request)
      const { organizationId, target } = route
      const back = { target, path: aimed.path, prefix: destination.prefix, origin: exchange.clientOrigin }
      // Forwarding scrubs the answer as it comes.
      const { timeoutMs, bodyBytesMax, forwardTraceContext } = target
      const asked = { exchange, organizationId, request, body, timeoutMs, bodyBytesMax, forwardTraceContext, back }
      sending = forward(deps.forwarding, asked)
      handedOver()
    } catch (err) {
      // Nothing has left before the hand-over, so any error voids the entry.
      ticket.void_(asFault(err).code)
      throw err
    }
    following.handOn(sending.abort)
    const forwarded = await sending.done
    if (alarmOnLeak(deps.log, forwarded.fault, exchange.requestId, route)) leakedKeys.up('leaked')
    finish(exchange, ticket, forwarded)
  } finally {
    leave?.()
    handedOver()
    following.end()
  }
}

function accessOf({ exchange, destination, identified, admittedBy }: Call, route: Route): AccessRequest {
  return {
    requestId: exchange.requestId,
    route,
    method: exchange.method,
    path: destination.target.path,
    sourceAddress: exchange.sourceAddress,
    appVersion: identified.appVersion,
    admittedBy,
  }
}

/** @throws Fault RATE_LIMITED, QUOTA_EXCEEDED. */
function admitted(decision: Decision): Ticket {
  if (decision.admitted) return decision.ticket
  throw 'exceeded' in decision ? exceededFault(decision.exceeded) : limitedFault(decision.limited)
}

/**
 * @throws Fault FORBIDDEN: nobody may read a key, so a test call is not sent if its answer cannot be searched for one.
 */
function checkShowable({ secrets }: UpstreamRequest): void {
  if (secrets.every(isSearchable)) return
  const say =
    'The service injects a secret of fewer than 16 characters. Answers cannot be searched for so short a value, so the answer of a test call is not shown. Test it from an app instead.'
  throw new Fault('FORBIDDEN', 'a test call with a secret that is too short', { say })
}

/**
 * Writes the second entry of the record. Throws the fault where the client has to get the proxy's own answer instead of
 * the provider's.
 */
function finish(exchange: Exchange, ticket: Ticket, forwarded: Forwarded): void {
  const { sent, end, requestBytes, responseBytes } = forwarded
  const fault = sent && forwarded.fault?.code === 'UNAVAILABLE' ? changed(forwarded.fault) : forwarded.fault
  if (sent) exchange.watch.forwarded(forwarded.status, forwarded.upstreamMs)
  if (fault) exchange.watch.endsWith(fault.code)
  else if (end === 'left') exchange.watch.endsWith('CLIENT_LEFT')
  if (sent) {
    ticket.finish({
      status: end === 'refused' && fault ? FAULTS[fault.code].http : forwarded.status,
      fault: fault?.code ?? null,
      requestBytes,
      responseBytes,
      upstreamMs: Math.round(forwarded.upstreamMs),
      totalMs: Math.round(exchange.elapsedMs()),
      aborted: end === 'cut' || end === 'left',
    })
  } else {
    ticket.void_(fault?.code ?? 'UNAVAILABLE')
  }
  if (end === 'refused' && fault) throw fault
}

/** A row of the feed, or the end of the horizon, ended a request that the provider has and may have carried out. */
function changed(cause: Fault): Fault {
  return new Fault('CHANGED_UNDER_WAY', cause.message, { cause })
}

/** Begins again from the route on, if something that the route rests on fell before anything was sent. */
async function walkUntilSent(deps: PipelineDeps, call: Call): Promise<void> {
  const { exchange } = call
  const untilMs = exchange.elapsedMs() + LIMITS.beginsAgainMs
  for (let turn = 1; ; turn += 1) {
    try {
      return await walk(deps, call)
    } catch (err) {
      const turnsMax = err instanceof GrantRefused ? LIMITS.refusedTurnsMax : LIMITS.turnsMax
      if (!(err instanceof RouteFallen) || turn >= turnsMax || exchange.elapsedMs() >= untilMs) throw err
      // The entry under the old id is void.
      exchange.renewRequestId()
    }
  }
}

/**
 * Defects of the proxy alert somebody; unusable secrets and faults of providers are looked into; an outage is logged
 * where it occurs.
 */
function levelOf({ code }: Fault): 'error' | 'warn' | 'debug' {
  if (code === 'INTERNAL') return 'error'
  const { http } = FAULTS[code]
  return http >= 500 && http !== 503 ? 'warn' : 'debug'
}
