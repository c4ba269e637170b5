import { createPublicKey, type KeyObject } from 'node:crypto'
import { isEd25519Signature } from '@protectmyapi/service-kit/crypto/ed25519'
import { headStatement } from '@protectmyapi/service-kit/head-chain'
import type { DescribedHead, SignedHead, VerifyingKey } from '../vault/head-witness.js'

export interface SignedByVault {
  /** Whether a key of the vault signed this head of this chain while that key was in use. */
  isSigned(chain: string, head: SignedHead): boolean
  /**
   * Since when others may have signed with the key that the head names; undefined if nobody said so. The signing time
   * in a head is only the signer's word.
   */
  knownSinceMs(head: SignedHead): number | undefined
}

/** The vault's replicas sign by clocks of their own, which may differ. */
export const VAULT_SKEW_MS = 60_000

export function signedByVault({ installationId, keys }: DescribedHead): SignedByVault {
  const known = new Map<string, VerifyingKey & { readonly key: KeyObject }>(
    keys.map((one) => [
      one.keyId,
      { ...one, key: createPublicKey({ key: one.publicKey, format: 'der', type: 'spki' }) },
    ]),
  )
  return {
    isSigned(chain, { count, head, signedAtMs, signature, keyId }) {
      const by = known.get(keyId)
      if (!by || (by.untilMs > 0 && signedAtMs > by.untilMs + VAULT_SKEW_MS)) return false
      return isEd25519Signature(by.key, headStatement({ installationId, chain, count, head, signedAtMs }), signature)
    },
    knownSinceMs: ({ keyId }) => known.get(keyId)?.knownSinceMs || undefined,
  }
}
