import { bindingsFromWire } from '@protectmyapi/protos/bindings-wire'
import type { LeaseResult__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseResult'
import type { LeaseSecretsRequest } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsRequest'
import type { LeaseSecretsResponse__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsResponse'
import type { VaultClient } from '@protectmyapi/protos/generated/vault/v1/Vault'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { isFaultCode } from '@protectmyapi/service-kit/faults'
import { callUnary, type ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import { SecretBytes } from '@protectmyapi/service-kit/secret-text'
import type { LeaseAnswer, LeaseUpstream } from './lease-upstream.js'

/** A phone waits for it, and the vault may have to ask the KMS. */
const DEADLINE_MS = 4_000

export function grpcVaultLeases(vault: Pick<ReloadingClient<VaultClient>, 'current'>, clock: Clock): LeaseUpstream {
  return {
    async lease({ grant, versionIds }) {
      // SENT, TTL: what the vault counts from its read is counted here from before it was asked.
      const askedAt = clock.monotonicMs()
      const { results } = await callUnary<LeaseSecretsRequest, LeaseSecretsResponse__Output>(
        (request, options, answer) => vault.current().leaseSecrets(request, options, answer),
        { grant, versionIds: [...versionIds] },
        DEADLINE_MS,
      )
      return results.map((result) => answerFromWire(result, askedAt))
    },
  }
}

function answerFromWire({ versionId, lease, fault }: LeaseResult__Output, askedAt: number): LeaseAnswer {
  if (!lease) return { versionId, fault: isFaultCode(fault) ? fault : 'INTERNAL' }
  const { secretId, generation, value, bindings, lifeMs } = lease
  return {
    versionId,
    lease: {
      secretId,
      generation,
      value: new SecretBytes(value),
      bindings: bindingsFromWire(bindings),
      notAfter: askedAt + lifeMs,
    },
  }
}
