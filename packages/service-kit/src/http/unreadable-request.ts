import { Fault, type FaultCode } from '../faults.js'

/** Trailers count as header fields. Of chunk extensions Node takes 16 KiB in a chunk, and keeps none. */
const CODES: Readonly<Record<string, FaultCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'TOO_LARGE',
}

/** How Node says that a head, or a body, took too long. */
const SLOW = 'ERR_HTTP_REQUEST_TIMEOUT'

/** What Node's HTTP parser refused (`clientError`): framing that is not plain, or a head that is too large or too slow. */
export function unreadableRequest({ code: reason = '', message }: NodeJS.ErrnoException): Fault {
  const code = CODES[reason]
  if (code !== undefined) return new Fault(code, message)
  const slow = 'The request did not arrive in time. Send it again.'
  return new Fault('INVALID_REQUEST', message, {
    say: reason === SLOW ? slow : 'This is not a well-formed HTTP/1.1 request.',
  })
}
