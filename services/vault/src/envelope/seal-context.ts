import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import { type Bindings, bindingsBytes } from '@protectmyapi/service-kit/destinations/bindings'

/** What a secret is for. Bound into its ciphertext: nothing sealed for one purpose opens for another. */
export type Purpose = 'injection' | 'operational' | 'grant-signing'

/** Purposes of what the vault seals for itself. They do not exist on the wire, so no call can put or lease it. */
export type OwnPurpose = 'head-signing' | 'head-verifying'

/** Identifies one sealed version. Opening it takes exactly these values. */
export interface SealContext {
  readonly installationId: string
  readonly organizationId: string
  readonly secretId: string
  readonly versionId: string
  readonly generation: number
  readonly purpose: Purpose | OwnPurpose
  /** Normalised. Their order is significant. */
  readonly bindings: Bindings
}

/** The key it is sealed under, as the envelope names it. */
interface SealedUnder {
  readonly suite: number
  readonly keyId: string
  readonly keyVersion: number
}

/** Each field is preceded by its length, so that ('ab', 'c') and ('a', 'bc') never yield the same associated data. */
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
