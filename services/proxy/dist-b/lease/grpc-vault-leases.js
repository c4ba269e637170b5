import { bindingsFromWire } from '@protectmyapi/protos/bindings-wire'
import { KEY_BYTES } from '@protectmyapi/service-kit/aes-gcm'
import { isFaultCode } from '@protectmyapi/service-kit/faults'
import { callUnary } from '@protectmyapi/service-kit/grpc-client'
import { SecretBytes } from '@protectmyapi/service-kit/secret-text'

/** A phone waits for it, and the vault may have to ask the KMS. */
const DEADLINE_MS = 4_000
export function grpcVaultLeases(vault, clock) {
  return {
    async lease({ grant, secrets }) {
      // SENT, TTL: what the vault counts from its read is counted here from before it was asked.
      const askedAt = clock.monotonicMs()
      const { results, leaseKey } = await callUnary(
        (request, options, answer) => vault.current().leaseSecrets(request, options, answer),
        { grant, versionIds: secrets.map(({ versionId }) => versionId) },
        DEADLINE_MS,
      )
      return {
        answers: results.map((result) => answerFromWire(result, askedAt)),
        leaseKey: leaseKeyFromWire(leaseKey, askedAt),
      }
    },
  }
}
function answerFromWire({ versionId, lease, fault }, askedAt) {
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
/** Bytes of another length are no key: what was sealed under none at all would lie open in Redis. */
function leaseKeyFromWire(wire, askedAt) {
  if (wire?.key.length !== KEY_BYTES) return undefined
  const { dataKeyId, dataKeyVersion, hour, key, sealsForMs } = wire
  return { id: { dataKeyId, dataKeyVersion, hour }, bytes: new SecretBytes(key), sealsUntil: askedAt + sealsForMs }
}
//# sourceMappingURL=grpc-vault-leases.js.map
