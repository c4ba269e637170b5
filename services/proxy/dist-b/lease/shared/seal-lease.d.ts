import { type Bindings } from '@protectmyapi/service-kit/bindings'
import { SecretBytes } from '@protectmyapi/service-kit/secret-text'
import type { GrantedSecret } from '../../routes/route.js'
import type { LeaseKeyId } from '../vault-leases.js'
import { type SealedLease } from './sealed-lease.js'
/** Which lease it is, as the grant of whoever seals or opens it says (LABEL). Never read out of Redis. */
export interface SealedFor extends Pick<GrantedSecret, 'secretId' | 'versionId' | 'generation'> {
  readonly organizationId: string
}
interface Contents {
  readonly value: SecretBytes
  readonly bindings: Bindings
}
/**
 * Seals one lease under an AES key of its own, made of the lease key and a fresh salt. So there is no count to keep:
 * under one key 2^32 random nonces would be safe (NIST SP 800-38D), and here each key meets one.
 *
 * Undefined where it would be too large to be read back.
 */
export declare function sealLease(
  leaseKey: {
    readonly id: LeaseKeyId
    readonly bytes: SecretBytes
  },
  { value, bindings }: Contents,
  whose: SealedFor,
  notAfterMs: number,
): Buffer | undefined
/** Opens it as exactly what the grant names. Undefined where it does not authenticate as that, whatever is wrong. */
export declare function openLease(bytes: SecretBytes, sealed: SealedLease, whose: SealedFor): Contents | undefined
