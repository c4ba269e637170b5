import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import type { FaultCode } from '@protectmyapi/service-kit/faults'
import type { GrantedSecret, Route } from '../routes/route.js'

/** A question that is asked with one route's grant. */
export interface LeaseQuestion extends Pick<Route, 'organizationId' | 'grant' | 'labels'> {
  /** Each named by the grant. At most 32. */
  readonly secrets: readonly GrantedSecret[]
  /** A renewal wants a longer life than the lease has that is held, or shared. */
  readonly why: 'wanted' | 'renewal'
}

export interface UpstreamLease {
  readonly secretId: string
  readonly generation: number
  /** Ownership passes to the receiver, which wipes it. */
  readonly value: SecretBytes
  readonly bindings: Bindings
  /** Monotonic milliseconds, absolute: counted from before the question, or taken from inside a seal (TTL, RTTL). */
  readonly notAfter: number
}

export type LeaseAnswer<Lease extends UpstreamLease = UpstreamLease> =
  | { readonly versionId: string; readonly lease: Lease }
  /** SECRET_NOT_FOUND or SECRET_DECRYPTION_FAILED, for this version alone. */
  | { readonly versionId: string; readonly fault: FaultCode }

/** Where leases come from when memory has none: the vault, or a layer in front of it. */
export interface LeaseUpstream {
  /** @throws Fault INVALID_GRANT, or UNAVAILABLE. */
  lease(question: LeaseQuestion): Promise<readonly LeaseAnswer[]>
}
