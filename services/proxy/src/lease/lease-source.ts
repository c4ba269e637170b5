import type { SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Label } from '../freshness/label.js'
import type { Route } from '../routes/route.js'

/** A secret in memory for a while. */
export interface HeldSecret {
  readonly secretId: string
  readonly versionId: string
  /** JavaScript strings cannot be wiped: a dropped one stays in the heap until it is collected. */
  readonly value: SecretText
  /** As the vault authenticated them. Checked again when the request is built. */
  readonly bindings: Bindings
  readonly labels: readonly Label[]
  /** Monotonic milliseconds. */
  readonly notAfter: number
}

/**
 * Something that the route rests on was changed between its hand-over and the lease. The request may void its ticket
 * and begin again with the route. If that keeps happening, the fault is reported as the UNAVAILABLE that it extends.
 */
export class RouteFallen extends Fault {
  constructor(detail: string) {
    super('UNAVAILABLE', detail)
  }
}

/**
 * The vault no longer accepts the route's grant. Unlike a change of the feed this may not pass, so the request begins
 * again only a few times.
 */
export class GrantRefused extends RouteFallen {}

export interface LeaseSource {
  /**
   * As `lease`, where all of it is in memory; otherwise undefined. It spares a request that need not wait the promise.
   *
   * @throws Fault UNAVAILABLE, or RouteFallen.
   */
  held(route: Route): ReadonlyMap<string, HeldSecret> | undefined
  /**
   * Every secret that the route names, by secret id.
   *
   * @throws Fault SECRET_NOT_FOUND or SECRET_DECRYPTION_FAILED naming the secret, UNAVAILABLE, or RouteFallen.
   */
  lease(route: Route): Promise<ReadonlyMap<string, HeldSecret>>
}
