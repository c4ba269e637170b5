import { type AppCredential } from './credential.js'
/** A request, with who sent it taken out of it. */
export interface Identified {
  readonly credential: AppCredential
  /** Name, value, name, value … as they came, without credentials, cookies and fields of ours. */
  readonly headers: readonly string[]
  readonly query: string | null
  readonly appVersion: string | null
}
/**
 * Finds the app's credential wherever an SDK puts a key: any header value, any query value, or either part of Basic.
 * The fields and pairs that held it are left out of what goes on, with cookies and our own fields.
 *
 * @throws Fault UNAUTHORIZED where there is none, INVALID_REQUEST where there are two that differ, INVALID_TOKEN.
 */
export declare function identify(rawHeaders: readonly string[], query: string | null): Identified
