import type { IncomingMessage } from 'node:http'
/**
 * An answer may be there before the request's body is: the rest is read for a while, then the connection is closed
 * (RFC 9112 § 9.6).
 */
export declare function endRefusedBody(incoming: IncomingMessage, waits: boolean): void
