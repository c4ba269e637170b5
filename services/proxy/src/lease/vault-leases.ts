import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { LeaseAnswer, LeaseQuestion, LeaseUpstream, UpstreamLease } from './lease-upstream.js'

/** Identifies a lease key within its organization. */
export interface LeaseKeyId {
  readonly dataKeyId: string
  readonly dataKeyVersion: number
  /** By the vault's clock. */
  readonly hour: number
}

/** A key for one hour, under which proxies seal the leases of one organization that they share. */
export interface LeaseKey {
  readonly id: LeaseKeyId
  /** Ownership passes to the receiver, which wipes it. */
  readonly bytes: SecretBytes
  /** Monotonic milliseconds; nothing is sealed under it afterwards. */
  readonly sealsUntil: number
}

export interface VaultLease extends UpstreamLease {
  /** The same end in Unix milliseconds, as the vault stated it, so that it means the same to every proxy. */
  readonly notAfterMs: number
}

interface VaultAnswer {
  readonly answers: readonly LeaseAnswer<VaultLease>[]
  /** Undefined where nothing was leased, or the vault has no lease key at the moment. */
  readonly leaseKey: LeaseKey | undefined
}

export interface VaultLeases {
  /** @throws Fault INVALID_GRANT, or UNAVAILABLE. */
  lease(question: LeaseQuestion): Promise<VaultAnswer>
}

/** The vault alone: without Redis nothing is shared. */
export function unsharedLeases(vault: VaultLeases): LeaseUpstream {
  return {
    async lease(question) {
      const { answers, leaseKey } = await vault.lease(question)
      leaseKey?.bytes.wipe()
      return answers
    },
  }
}
