import {
  GRANT_LIFE_MS_MAX,
  type GrantClaims,
  SERVICE_GRANT_LIFE_MS_MAX,
  type ServiceGrantClaims,
} from '@protectmyapi/service-kit/credentials/grant'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'

/** The claims of a grant: a route's, held by a proxy, or an internal service's. */
export type Claims = GrantClaims | ServiceGrantClaims

export function isForInternalService(claims: Claims): claims is ServiceGrantClaims {
  return 'isv' in claims
}

/** The longest life of a grant of this kind, and of a lease by it, in milliseconds. */
export function lifeMsMaxOf(claims: Claims): number {
  return isForInternalService(claims) ? SERVICE_GRANT_LIFE_MS_MAX : GRANT_LIFE_MS_MAX
}

/**
 * Whether these bindings allow what the grant is for: an origin to which the route's service sends, or the internal
 * service itself.
 */
export function bindingsReach(bindings: Bindings, claims: Claims): boolean {
  if (isForInternalService(claims)) return bindings.services.includes(claims.sub)
  return bindings.origins.some((origin) => claims.ori.includes(origin))
}
