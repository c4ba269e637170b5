import { Fault } from '../faults.js'
import type { Authorize } from './grpc-server.js'
import { isInternalIdentity, spiffeId } from './spiffe.js'

/**
 * The installation's own services, and every other identity of its trust domain, which may ask for what is bound to it.
 */
export type Caller = 'management' | 'proxy' | 'vault' | 'internal service'

/**
 * Authorizes by a table of methods and callers, for the identities of one trust domain and namespace. Denies by
 * default.
 *
 * @param table by path, `/package.Service/Method`.
 */
export function authorizeByTable(
  table: Iterable<readonly [path: string, callers: readonly Caller[]]>,
  trustDomain: string,
  namespace: string,
): Authorize {
  const idOf = (caller: Caller) => (caller === 'internal service' ? caller : spiffeId(trustDomain, namespace, caller))
  // Built once, not with each call.
  const allowed = new Map<string, ReadonlySet<string>>()
  for (const [path, callers] of table) allowed.set(path, new Set(callers.map(idOf)))
  return (path, peer) => {
    const callers = allowed.get(path)
    if (callers?.has(peer.spiffeId)) return
    // No SPIFFE id contains a blank.
    if (callers?.has('internal service') && isInternalIdentity(trustDomain, namespace, peer.spiffeId)) return
    throw new Fault('FORBIDDEN', `${peer.spiffeId} may not call ${path}`)
  }
}
