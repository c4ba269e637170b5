import { createScrubber } from '../scrub/scrubber.js'
import { Forwarding } from './forwarding.js'
import { BODY_BYTES_MAX } from './request-body.js'
import { Upload } from './upload.js'
/** Sends a request once, and its answer on. No retries, and no redirect is followed here: that is for the client. */
export function forward({ pools, clock }, asked) {
  const { exchange, organizationId, request, body, timeoutMs, back } = asked
  const upload = body.kind === 'streamed' ? uploadOf(exchange) : null
  const forwarding = new Forwarding({
    exchange,
    clock,
    scrubber: createScrubber(request),
    injects: request.secrets.length > 0,
    scrub: request.scrub,
    back,
    sentBytes: () => (upload ? upload.bytes : body.kind === 'whole' ? body.bytes.length : 0),
  })
  const length = body.kind === 'streamed' && body.length !== null ? ['content-length', String(body.length)] : []
  pools.get(organizationId, request.origin).dispatch(
    {
      path: request.target,
      method: narrowMethod(request.method),
      headers: [...request.headers, ...length],
      body: upload ?? (body.kind === 'whole' ? body.bytes : null),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    },
    forwarding,
  )
  return { done: forwarding.done, abort: (why) => forwarding.abort(why) }
}
function uploadOf(exchange) {
  return new Upload(exchange.incoming, BODY_BYTES_MAX, () => {
    if (exchange.waits && !exchange.over) exchange.outgoing.writeContinue()
  })
}
/** `aim` has checked it. undici's type knows fewer methods than its code. */
function narrowMethod(method) {
  return method
}
//# sourceMappingURL=forward.js.map
