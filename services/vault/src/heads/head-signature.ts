import { createPublicKey } from 'node:crypto'
import { isEd25519Signature } from '@protectmyapi/service-kit/crypto/ed25519'
import { headStatement } from '@protectmyapi/service-kit/head-chain'
import type { HeadKey } from './head-keys.js'
import type { VerifyingKey } from './retired-head-key.js'
import type { SignedHead } from './signed-head-store.js'

interface Statement {
  readonly installationId: string
  readonly chain: string
}

/** Signs that a chain has this head now. */
export function signWith(
  key: Pick<HeadKey, 'id' | 'sign'>,
  { count, head }: Pick<SignedHead, 'count' | 'head'>,
  { installationId, chain, signedAtMs }: Statement & { readonly signedAtMs: number },
): SignedHead {
  const signature = key.sign(headStatement({ installationId, chain, count, head, signedAtMs }))
  return { count, head, signedAtMs, signature, keyId: key.id }
}

/**
 * Whether one of these keys signed this head. A remembered head is only a row, and others may be able to write rows.
 */
export function isSignedBy(
  keys: readonly Pick<VerifyingKey, 'id' | 'publicKey'>[],
  { count, head, signedAtMs, signature, keyId }: SignedHead,
  { installationId, chain }: Statement,
): boolean {
  const by = keys.find(({ id }) => id === keyId)
  if (!by) return false
  const publicKey = createPublicKey({ key: by.publicKey, format: 'der', type: 'spki' })
  return isEd25519Signature(publicKey, headStatement({ installationId, chain, count, head, signedAtMs }), signature)
}
