import { bindingsFromWire } from '@protectmyapi/protos/bindings-wire'
import type { LeaseKey__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseKey'
import type { LeaseResult__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseResult'
import type { LeaseSecretsRequest } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsRequest'
import type { LeaseSecretsResponse__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsResponse'
import type { VaultClient } from '@protectmyapi/protos/generated/vault/v1/Vault'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { KEY_BYTES } from '@protectmyapi/service-kit/crypto/aes-gcm'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { isFaultCode } from '@protectmyapi/service-kit/faults'
import { callUnaryAgain, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import type { LeaseAnswer } from './lease-upstream.js'
import type { LeaseKey, VaultLease, VaultLeases } from './vault-leases.js'

const LIMITS = {
  /**
   * A phone waits for all attempts together. A hanging vault is left after the first attempt; the last one is for a
   * vault that has to ask a slow KMS. Leasing twice only adds a row to the vault's audit.
   */
  attemptsMs: [1_000, 1_000, 2_000],
} as const

export function grpcVaultLeases(
  vault: Pick<ReloadingClient<VaultClient>, 'current'>,
  clock: Clock,
  { attemptsMs }: { readonly attemptsMs: readonly number[] } = LIMITS,
): VaultLeases {
  return {
    async lease({ grant, secrets }) {
      // SENT, TTL: lives that the vault counts from its read are counted here from before the question.
      const askedAt = clock.monotonicMs()
      const { results, leaseKey } = await callUnaryAgain<LeaseSecretsRequest, LeaseSecretsResponse__Output>(
        (request, options, answer) => vault.current().leaseSecrets(request, options, answer),
        { grant, versionIds: secrets.map(({ versionId }) => versionId) },
        attemptsMs,
      )
      return {
        answers: results.map((result) => answerFromWire(result, askedAt)),
        leaseKey: leaseKeyFromWire(leaseKey, askedAt),
      }
    },
  }
}

function answerFromWire({ versionId, lease, fault }: LeaseResult__Output, askedAt: number): LeaseAnswer<VaultLease> {
  if (!lease) return { versionId, fault: isFaultCode(fault) ? fault : 'INTERNAL' }
  const { secretId, generation, value, bindings, lifeMs, notAfterMs } = lease
  return {
    versionId,
    lease: {
      secretId,
      generation,
      value: new SecretBytes(value),
      bindings: bindingsFromWire(bindings),
      notAfter: askedAt + lifeMs,
      notAfterMs,
    },
  }
}

/** Bytes of another length are not a key: what was sealed under an empty one would be readable in Redis. */
function leaseKeyFromWire(wire: LeaseKey__Output | null, askedAt: number): LeaseKey | undefined {
  if (wire?.key.length !== KEY_BYTES) return undefined
  const { dataKeyId, dataKeyVersion, hour, key, sealsForMs } = wire
  return { id: { dataKeyId, dataKeyVersion, hour }, bytes: new SecretBytes(key), sealsUntil: askedAt + sealsForMs }
}
