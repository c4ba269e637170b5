import type { IncomingMessage } from 'node:http'

/** RFC 9112 § 6: a body is there when its framing is. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
