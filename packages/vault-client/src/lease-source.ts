import type { Lease } from './leased-secret.js'

/** The source of leases. */
export interface LeaseSource {
  /**
   * Leases the version that is in force.
   *
   * @throws VaultClientError: UNAVAILABLE if no answer arrives, otherwise the refusal.
   */
  lease(name: string): Promise<Lease>
}
