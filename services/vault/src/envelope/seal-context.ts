import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import { type Bindings, bindingsBytes } from '@protectmyapi/service-kit/destinations/bindings'

/** What a secret is for. Bound into its ciphertext: nothing sealed for one purpose opens for another. */
export type Purpose = 'injection' | 'operational' | 'grant-signing'

/** What the vault seals for itself alone: no purpose of the wire, so that no call puts or leases it. */
export type OwnPurpose = 'head-signing' | 'head-verifying'

/** What one sealed version is. Opening it takes exactly this, word for word. */
export interface SealContext {
  readonly installationId: string
  readonly organizationId: string
  readonly secretId: string
  readonly versionId: string
  readonly generation: number
  readonly purpose: Purpose | OwnPurpose
  /** Normalised: order is part of it. */
  readonly bindings: Bindings
}

/** Which key it is sealed under, as the envelope says. */
interface SealedUnder {
  readonly suite: number
  readonly keyId: string
  readonly keyVersion: number
}

/** Each field with its length before it: ('ab', 'c') and ('a', 'bc') must never share associated data. */
export function associatedData(context: SealContext, { suite, keyId, keyVersion }: SealedUnder): Buffer {
  return joinInjectively([
    String(suite),
    context.installationId,
    context.organizationId,
    context.secretId,
    context.versionId,
    String(context.generation),
    keyId,
    String(keyVersion),
    context.purpose,
    bindingsBytes(context.bindings),
  ])
}
