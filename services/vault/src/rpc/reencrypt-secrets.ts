import type { ReencryptSecretsRequest__Output } from '@protectmyapi/protos/generated/vault/v1/ReencryptSecretsRequest'
import type { ReencryptSecretsResponse } from '@protectmyapi/protos/generated/vault/v1/ReencryptSecretsResponse'
import type { Reencrypted, Turn } from '../rotation/reencrypt-secrets.js'

export const reencryptSecretsRpc =
  (reencrypt: (turn: Turn) => Promise<Reencrypted>) =>
  async ({ organizationId, known }: ReencryptSecretsRequest__Output): Promise<ReencryptSecretsResponse> => {
    const { version, floor, remaining, resealed, unopenable } = await reencrypt({ organizationId, known })
    return {
      version,
      floor,
      remaining,
      resealed,
      unopenable: unopenable.map(({ secretId, versionId }) => ({ secretId, versionId })),
    }
  }
