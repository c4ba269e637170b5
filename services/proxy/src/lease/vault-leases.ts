import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { LeaseAnswer, LeaseQuestion, LeaseUpstream, UpstreamLease } from './lease-upstream.js'

/** What a lease key is called, within its organization. */
export interface LeaseKeyId {
  readonly dataKeyId: string
  readonly dataKeyVersion: number
  /** Of the vault's clock. */
  readonly hour: number
}

/** What leases of one organization are sealed under that proxies share, for an hour. */
export interface LeaseKey {
  readonly id: LeaseKeyId
  /** Handed over: whoever receives it wipes it. */
  readonly bytes: SecretBytes
  /** Monotonic milliseconds; nothing is sealed under it afterwards. */
  readonly sealsUntil: number
}

export interface VaultLease extends UpstreamLease {
  /** The same end in Unix milliseconds, the vault's word: it means the same to every proxy. */
  readonly notAfterMs: number
}

interface VaultAnswer {
  readonly answers: readonly LeaseAnswer<VaultLease>[]
  /** Undefined where nothing was leased, or the vault has none just now. */
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
