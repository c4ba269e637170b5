import { bindingsFromWire } from '@protectmyapi/protos/bindings-wire'
import type { PutSecretRequest__Output } from '@protectmyapi/protos/generated/vault/v1/PutSecretRequest'
import type { PutSecretResponse } from '@protectmyapi/protos/generated/vault/v1/PutSecretResponse'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Put } from '../versions/put-secret.js'
import { purposeFromWire } from './wire.js'

export const putSecretRpc =
  (put: (put: Put) => Promise<void>) =>
  async ({ organizationId, secretId, versionId, ...request }: PutSecretRequest__Output): Promise<PutSecretResponse> => {
    const value = new SecretBytes(request.value)
    try {
      const { generation, sameBindings } = request
      const purpose = purposeFromWire(request.purpose)
      const bindings = bindingsFromWire(request.bindings)
      await put({ organizationId, secretId, versionId, generation, purpose, value, bindings, sameBindings })
      return {}
    } finally {
      value.wipe()
    }
  }
