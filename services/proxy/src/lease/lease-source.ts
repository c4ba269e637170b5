import type { SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Label } from '../freshness/label.js'
import type { Route } from '../routes/route.js'

/** A secret in memory for a while. */
export interface HeldSecret {
  readonly secretId: string
  readonly versionId: string
  /** JavaScript's strings cannot be wiped: one that was dropped stays in the heap until it is collected. */
  readonly value: SecretText
  /** As the vault authenticated them; checked again when the request is built and when the socket is dialled. */
  readonly bindings: Bindings
  readonly labels: readonly Label[]
  /** Monotonic milliseconds. */
  readonly notAfter: number
}

/**
 * Something that the route rests on was changed between its hand-over and the lease. The request may void its ticket
 * and begin again with the route; where that goes on it is what it looks like, UNAVAILABLE.
 */
export class RouteFallen extends Fault {
  constructor(detail: string) {
    super('UNAVAILABLE', detail)
  }
}

/** The vault takes the route's grant no more: no change that passes by, so it begins again a few times alone. */
export class GrantRefused extends RouteFallen {}

export interface LeaseSource {
  /**
   * The same, where all of it is in memory; else undefined. A request that need not wait makes no promise.
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
