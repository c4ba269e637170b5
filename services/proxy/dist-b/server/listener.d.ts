import type { WatchedMaterial } from '@protectmyapi/service-kit/tls-material'
import type { Handle } from './handle.js'
/** The listening side: HTTP/1.1, strict, over TLS 1.3 where there is a certificate. */
export interface Listener {
  /** Answers with the port taken. */
  listen(host: string, port: number): Promise<number>
  /** Nobody new; settles when the last answer has ended, or after the grace, when what is left is cut. */
  drain(graceMs: number): Promise<void>
}
export declare function createListener(handle: Handle, certificate: WatchedMaterial | null): Listener
