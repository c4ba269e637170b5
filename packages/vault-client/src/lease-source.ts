import type { Lease } from './leased-secret.js'

/** Where leases come from. */
export interface LeaseSource {
  /**
   * Leases the version that is in force.
   *
   * @throws VaultClientError: UNAVAILABLE where nobody answers, else the refusal.
   */
  lease(name: string): Promise<Lease>
}
