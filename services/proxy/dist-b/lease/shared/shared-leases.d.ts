import type { LeaseUpstream } from '../lease-upstream.js'
import type { VaultLeases } from '../vault-leases.js'
import { type SharedDeps } from './read-shared.js'

interface Deps extends SharedDeps {
  readonly vault: VaultLeases
}
/**
 * Leases that other proxies have taken stand in Redis, sealed; the vault is asked for the rest, in the same request.
 * Renewals go past Redis: what is there is as old as what is held, and somebody has to bring something newer.
 */
export declare function createSharedLeases(deps: Deps): LeaseUpstream
