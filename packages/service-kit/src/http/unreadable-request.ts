import { Fault, type FaultCode } from '../faults.js'

/** Trailers count as header fields. Node accepts 16 KiB of chunk extensions per chunk, and keeps none. */
const CODES: Readonly<Record<string, FaultCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'TOO_LARGE',
}

/** Node's code for a head or a body that took too long. */
const SLOW = 'ERR_HTTP_REQUEST_TIMEOUT'

/**
 * The refusal for what Node's HTTP parser rejected (`clientError`): ambiguous framing, or a head that is too large or
 * too slow.
 */
export function unreadableRequest({ code: reason = '', message }: NodeJS.ErrnoException): Fault {
  const code = CODES[reason]
  if (code !== undefined) return new Fault(code, message)
  const slow = 'The request did not arrive in time. Send it again.'
  return new Fault('INVALID_REQUEST', message, {
    say: reason === SLOW ? slow : 'This is not a well-formed HTTP/1.1 request.',
  })
}
