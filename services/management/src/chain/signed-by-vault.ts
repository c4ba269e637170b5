import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { headStatement } from '@protectmyapi/service-kit/head-chain'
import type { DescribedHead, SignedHead } from '../vault/head-witness.js'

/** Was this head of this chain signed by a key of the vault's? */
export type SignedByVault = (chain: string, head: SignedHead) => boolean

export function signedByVault({ installationId, keys }: DescribedHead): SignedByVault {
  const publicKeys = new Map<string, KeyObject>(
    keys.map(({ keyId, publicKey }) => [keyId, createPublicKey({ key: publicKey, format: 'der', type: 'spki' })]),
  )
  return (chain, { count, head, signedAtMs, signature, keyId }) => {
    const key = publicKeys.get(keyId)
    if (!key) return false
    return verify(null, headStatement({ installationId, chain, count, head, signedAtMs }), key, signature)
  }
}
