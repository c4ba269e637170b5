import type { Target } from '../routes/route.js'
/** Where one request goes. `path` is the path that is dialled, byte for byte. */
export interface Aim {
  readonly origin: string
  readonly path: string
}
/**
 * Service, method and path against the route's allow-lists, and the one path that will be dialled, built by joining
 * strings: the string that was checked is the string that is sent.
 *
 * @param path the client's, below the service, as `parseRequestTarget` let it through; empty or with a slash in front.
 * @throws Fault INVALID_METHOD with `Allow`, or PATH_NOT_ALLOWED.
 */
export declare function aim(target: Target, method: string, path: string): Aim
/** The base path has no trailing slash to share with the client's, so that no `//` comes about. */
export declare function joinPath(base: string, path: string): string
