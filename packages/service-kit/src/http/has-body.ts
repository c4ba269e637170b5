import type { IncomingMessage } from 'node:http'

/** RFC 9112 § 6: a request has a body if it has framing for one. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
