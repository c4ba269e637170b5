import type { IncomingMessage, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/log'
import { parseRequestTarget } from '../aim/request-target.js'
import { ClientLeft } from '../forward/upload.js'
import type { Pipeline } from '../pipeline.js'
import { type Arrival, clientOrigin } from './client-origin.js'
import { Exchange } from './exchange.js'
import { answerOwn, type OwnRoutesDeps } from './own-routes.js'
import { destinationOf, isSlug } from './routing.js'
import { sourceAddress, type TrustedProxies } from './source-address.js'

const LIMITS = {
  /** Fields of one request. The parser bounds their bytes. */
  fieldsMax: 128,
} as const

export interface HandleDeps extends OwnRoutesDeps {
  readonly pipeline: Pipeline
  readonly clock: Clock
  readonly log: Logger
  readonly proxies: TrustedProxies
  readonly hostSuffix: string | null
}

export type Handle = (incoming: IncomingMessage, outgoing: ServerResponse, waits: boolean) => void

/** Whatever comes in, up to the pipeline or an answer of our own. */
export function createHandle(deps: HandleDeps): Handle {
  const { clock, proxies } = deps
  return (incoming, outgoing, waits) => {
    const source = sourceAddress(incoming.socket.remoteAddress, lastForwardedFor(incoming), proxies)
    const origin = (): string | null => clientOrigin(arrivalOf(incoming), proxies)
    const exchange = new Exchange({ incoming, outgoing, clock, sourceAddress: source, clientOrigin: origin, waits })
    if (deps.isDraining()) outgoing.shouldKeepAlive = false
    void answer(deps, exchange).catch((thrown: unknown) => {
      if (thrown instanceof ClientLeft) return
      const fault = asFault(thrown)
      deps.log[fault.code === 'INTERNAL' ? 'error' : 'debug'](
        { err: fault, requestId: exchange.requestId },
        'request refused',
      )
      exchange.refuse(fault)
    })
  }
}

async function answer(deps: HandleDeps, exchange: Exchange): Promise<void> {
  const { incoming } = exchange
  checkHead(incoming)
  const target = parseRequestTarget(incoming.url ?? '')
  const destination = destinationOf(incoming.headers.host, target, deps.hostSuffix)
  if (destination.kind === 'own') return answerOwn(deps, exchange, destination.path)
  if (!isSlug(destination.service)) throw new Fault('ENDPOINT_NOT_FOUND', 'no slug of a service')
  return deps.pipeline(exchange, destination)
}

/** What Node's parser lets pass and no provider should have to judge. */
function checkHead({ rawHeaders, headers }: IncomingMessage): void {
  if (rawHeaders.length > LIMITS.fieldsMax * 2) throw new Fault('HEADERS_TOO_LARGE', `${rawHeaders.length / 2} fields`)
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host')
  if (hosts.length > 1) throw new Fault('INVALID_REQUEST', 'more than one Host', { say: 'Send one Host field.' })
  // An offer of h2c may be declined in silence (RFC 9113 § 3.1). Any other protocol would be half of one here.
  const upgrade = headers.upgrade?.toLowerCase()
  if (upgrade !== undefined && upgrade !== 'h2c') {
    const say = 'Upgrades, WebSocket among them, are not built yet. Use plain HTTP requests or server-sent events.'
    throw new Fault('NOT_IMPLEMENTED', 'an upgrade', { say })
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
