import { TLSSocket } from 'node:tls'
import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import { parseRequestTarget } from '../aim/request-target.js'
import { ClientLeft } from '../forward/upload.js'
import { clientOrigin } from './client-origin.js'
import { Exchange } from './exchange.js'
import { answerOwn } from './own-routes.js'
import { destinationOf, isSlug } from './routing.js'
import { sourceAddress } from './source-address.js'

const LIMITS = {
  /** Fields of one request. The parser bounds their bytes. */
  fieldsMax: 128,
}
/** Whatever comes in, up to the pipeline or an answer of our own. */
export function createHandle(deps) {
  const { clock, proxies } = deps
  return (incoming, outgoing, waits) => {
    const source = sourceAddress(incoming.socket.remoteAddress, lastForwardedFor(incoming), proxies)
    const origin = () => clientOrigin(arrivalOf(incoming), proxies)
    const exchange = new Exchange({ incoming, outgoing, clock, sourceAddress: source, clientOrigin: origin, waits })
    if (deps.isDraining()) outgoing.shouldKeepAlive = false
    void answer(deps, exchange).catch((thrown) => {
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
async function answer(deps, exchange) {
  const { incoming } = exchange
  checkHead(incoming)
  const target = parseRequestTarget(incoming.url ?? '')
  const destination = destinationOf(incoming.headers.host, target, deps.hostSuffix)
  if (destination.kind === 'own') return answerOwn(deps, exchange, destination.path)
  if (!isSlug(destination.service)) throw new Fault('ENDPOINT_NOT_FOUND', 'no slug of a service')
  return deps.pipeline(exchange, destination)
}
/** What Node's parser lets pass and no provider should have to judge. */
function checkHead({ rawHeaders, headers }) {
  if (rawHeaders.length > LIMITS.fieldsMax * 2) throw new Fault('HEADERS_TOO_LARGE', `${rawHeaders.length / 2} fields`)
  if (countOfHosts(rawHeaders) > 1)
    throw new Fault('INVALID_REQUEST', 'more than one Host', { say: 'Send one Host field.' })
  // An offer of h2c may be declined in silence (RFC 9113 § 3.1). Any other protocol would be half of one here.
  const upgrade = headers.upgrade?.toLowerCase()
  if (upgrade !== undefined && upgrade !== 'h2c') {
    const say = 'Upgrades, WebSocket among them, are not built yet. Use plain HTTP requests or server-sent events.'
    throw new Fault('NOT_IMPLEMENTED', 'an upgrade', { say })
  }
}
function arrivalOf({ socket, headers }) {
  return { encrypted: socket instanceof TLSSocket, connected: socket.remoteAddress, headers }
}
function countOfHosts(rawHeaders) {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  return hosts
}
/** Several fields are one list (RFC 9110 § 5.3). */
function lastForwardedFor({ headers }) {
  const value = headers['x-forwarded-for']
  return Array.isArray(value) ? value.join(',') : value
}
//# sourceMappingURL=handle.js.map
