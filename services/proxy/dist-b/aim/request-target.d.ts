/** What a client asked for, as it was sent: checked, and changed in nothing. */
export interface RequestTarget {
  /** Begins with a slash. */
  readonly path: string
  /** Without the question mark; null where there is none. */
  readonly query: string | null
}
/**
 * Reads a raw request target (RFC 9112 § 3.2). Only the origin form is taken, and only a path that every server reads
 * in the same way: no dot segments, empty segments or separators in any encoding.
 *
 * @throws Fault PATH_NOT_ALLOWED.
 */
export declare function parseRequestTarget(raw: string): RequestTarget
/** @throws Fault PATH_NOT_ALLOWED. */
export declare function checkPath(path: string): void
