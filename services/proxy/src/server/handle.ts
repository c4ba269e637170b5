import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import type { Begin } from '@protectmyapi/service-kit/http/connection-turns'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { SLUG } from '@protectmyapi/service-kit/slug'
import { parseRequestTarget, type RequestTarget } from '../aim/request-target.js'
import { ClientLeft } from '../forward/upload.js'
import type { Pipeline } from '../pipeline.js'
import { NOT_WATCHED, type WatchRequest } from '../telemetry/request-watch.js'
import { checkHead } from './check-head.js'
import { type Arrival, clientOrigin } from './client-origin.js'
import { Exchange } from './exchange.js'
import { answerOwn, type OwnRoutesDeps, ownRouteClass } from './own-routes.js'
import { destinationOf } from './routing.js'
import { sourceAddress, type TrustedProxies } from './source-address.js'

export interface HandleDeps extends OwnRoutesDeps {
  readonly pipeline: Pipeline
  readonly clock: Clock
  readonly log: Logger
  readonly proxies: TrustedProxies
  readonly hostSuffix: string | null
  readonly watchRequest?: WatchRequest
}

/** Takes every request, up to the pipeline or an answer of the proxy's own. */
export function createHandle(deps: HandleDeps): Begin {
  const { clock, proxies, watchRequest = () => NOT_WATCHED } = deps
  return (incoming, outgoing, waits) => {
    const source = sourceAddress(incoming.socket.remoteAddress, lastForwardedFor(incoming), proxies)
    const origin = (): string | null => clientOrigin(arrivalOf(incoming), proxies)
    const isShared = (): boolean => proxies.trusts(incoming.socket.remoteAddress ?? '')
    const watch = watchRequest(incoming.method ?? '')
    const exchange = new Exchange({
      incoming,
      outgoing,
      clock,
      sourceAddress: source,
      clientOrigin: origin,
      isShared,
      waits,
      watch,
    })
    if (deps.isDraining()) outgoing.shouldKeepAlive = false
    void watch.run(() => serve(deps, exchange))
  }
}

/** Never rejects: every failure becomes an answer, unless the client is gone. */
async function serve(deps: HandleDeps, exchange: Exchange): Promise<void> {
  const { watch } = exchange
  try {
    await answer(deps, exchange)
  } catch (thrown) {
    if (thrown instanceof ClientLeft) return watch.endsWith('CLIENT_LEFT')
    const fault = asFault(thrown)
    deps.log[fault.code === 'INTERNAL' ? 'error' : 'debug'](
      { err: fault, requestId: exchange.requestId },
      'request refused',
    )
    exchange.refuse(fault)
  } finally {
    watch.end(exchange.requestId, exchange.elapsedMs())
  }
}

function answer(deps: HandleDeps, exchange: Exchange): Promise<void> {
  const { incoming } = exchange
  const target = readHead(exchange)
  const destination = destinationOf(incoming.headers.host, target, deps.hostSuffix)
  exchange.watch.asksFor(destination.kind === 'own' ? ownRouteClass(destination.path) : 'service')
  if (destination.kind === 'own') return answerOwn(deps, exchange, destination.path)
  if (!SLUG.test(destination.service)) throw new Fault('ENDPOINT_NOT_FOUND', 'no slug of a service')
  return deps.pipeline(exchange, destination)
}

/** After a refusal it is unknown where the next request begins, so this is the connection's last answer. */
function readHead({ incoming, outgoing }: Exchange): RequestTarget {
  try {
    checkHead(incoming)
    return parseRequestTarget(incoming.url ?? '')
  } catch (err) {
    outgoing.shouldKeepAlive = false
    throw err
  }
}

function arrivalOf({ socket, headers }: IncomingMessage): Arrival {
  return { encrypted: socket instanceof TLSSocket, connected: socket.remoteAddress, headers }
}

/** Several fields are one list (RFC 9110 § 5.3). */
function lastForwardedFor({ headers }: IncomingMessage): string | undefined {
  const value = headers['x-forwarded-for']
  return Array.isArray(value) ? value.join(',') : value
}
