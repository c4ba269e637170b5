import { pathSegments } from '@protectmyapi/service-kit/destinations/path-pattern'
import { Fault } from '@protectmyapi/service-kit/faults'
import { ownCopy } from '@protectmyapi/service-kit/own-copy'
import { holdsOurs, oursWouldLeave } from '../identify/our-tokens.js'
import type { Target } from '../routes/route.js'
import { upToEncodedEnd } from './request-target.js'

/** Where one request goes. `path` is the dialled path, byte for byte. */
export interface Aim {
  readonly origin: string
  readonly path: string
}

/** RFC 9110 § 9 and RFC 5789, without CONNECT and TRACE, which are never allowed. */
const STANDARD_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const STANDARD: ReadonlySet<string> = new Set(STANDARD_METHODS)

const LIMITS = {
  /** Longer paths are not remembered. There is one for each route that is held. */
  rememberedCharsMax: 256,
} as const

/** The last aim at each target: an app asks for the same few paths again and again. */
const lastAims = new WeakMap<Target, { readonly method: string; readonly path: string; readonly aimed: Aim }>()

/**
 * Checks method and path against the route's allow-lists and builds the one path that will be dialled, by joining
 * strings: the string that was checked is the string that is sent.
 *
 * @param path the client's, below the service, as `parseRequestTarget` let it through; empty or with a slash in front.
 * @throws Fault INVALID_METHOD with `Allow`, PATH_NOT_ALLOWED, or INVALID_REQUEST for a path that holds a token of ours:
 *   it would go to the provider, and into the access log, which members read.
 */
export function aim(target: Target, method: string, path: string): Aim {
  const last = lastAims.get(target)
  if (last?.method === method && last.path === path) return last.aimed
  const aimed = aimAnew(target, method, path)
  if (path.length > LIMITS.rememberedCharsMax) return aimed
  const kept = { origin: aimed.origin, path: ownCopy(aimed.path) }
  lastAims.set(target, { method, path: ownCopy(path), aimed: kept })
  return aimed
}

function aimAnew(target: Target, method: string, path: string): Aim {
  const allowed = target.methods.size === 0 ? STANDARD : target.methods
  if (!allowed.has(method) || !isForwardable(method)) {
    throw new Fault('INVALID_METHOD', `${method} is not allowed`, { allow: [...allowed].filter(isForwardable) })
  }
  if (!isPathAllowed(target, path)) {
    throw new Fault('PATH_NOT_ALLOWED', 'the path is in none of the patterns of the service', {
      say: 'The API service does not allow this path. Use an allowed path, or ask an administrator to add it to the allowed paths.',
    })
  }
  const joined = joinPath(target.baseUrl.pathname, path)
  if (holdsOurs(joined)) throw oursWouldLeave()
  return { origin: target.origin, path: joined }
}

/** Drops the base path's trailing slash, so that the joined path has no `//`. */
function joinPath(base: string, path: string): string {
  const joined = (base.endsWith('/') ? base.slice(0, -1) : base) + path
  return joined === '' ? '/' : joined
}

/** The path must match as it is, and also as read by a server that takes an encoded `?` or `#` for its end. */
function isPathAllowed({ paths }: Target, path: string): boolean {
  if (paths.length === 0) return true
  const shorter = upToEncodedEnd(path)
  return isInOneOf(paths, path) && (shorter === null || isInOneOf(paths, shorter))
}

function isInOneOf(paths: Target['paths'], path: string): boolean {
  const segments = pathSegments(path)
  return paths.some((pattern) => pattern.matches(segments))
}

/** CONNECT opens a tunnel and TRACE echoes the request with its key, so both are refused whatever a list says. */
function isForwardable(method: string): boolean {
  return method !== 'CONNECT' && method !== 'TRACE'
}
