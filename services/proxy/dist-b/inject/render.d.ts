import type { HeldSecret } from '../lease/lease-source.js'
import type { GrantedSecret, Template } from '../routes/route.js'
/** The secrets of one request, by id; and what they are called, for refusals. */
export interface Secrets {
  readonly held: ReadonlyMap<string, HeldSecret>
  readonly granted: ReadonlyMap<string, GrantedSecret>
}
/** For a header field: the stored bytes themselves. @throws Fault SECRET_DECRYPTION_FAILED for what no field can hold. */
export declare function renderHeader(template: Template, secrets: Secrets): string
/** For a query value or a path segment: percent-encoded, all but unreserved characters. */
export declare function renderEscaped(template: Template, secrets: Secrets): string
/**
 * For segments before the client's path. Literals stand as management checked them; a value never makes a segment.
 *
 * @throws Fault SECRET_DECRYPTION_FAILED for a segment that would be `.` or `..`: `encodeURIComponent` leaves both.
 */
export declare function renderPath(template: Template, secrets: Secrets): string
/** RFC 7617: UTF-8, in base64. @throws Fault SECRET_DECRYPTION_FAILED for a user with a colon, which would end it. */
export declare function renderBasic(user: Template, password: Template, secrets: Secrets): string
/** RFC 3986 § 2.3: `encodeURIComponent` leaves `!'()*` as they are; some servers do not. */
export declare function escapeStrictly(text: string): string
/** @throws Fault SECRET_NOT_FOUND. */
export declare function heldSecret(secretId: string, { held, granted }: Secrets): HeldSecret
