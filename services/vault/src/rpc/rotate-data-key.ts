import type { RotateDataKeyRequest__Output } from '@protectmyapi/protos/generated/vault/v1/RotateDataKeyRequest'
import type { RotateDataKeyResponse } from '@protectmyapi/protos/generated/vault/v1/RotateDataKeyResponse'
import type { Rotated, Rotation } from '../rotation/rotate-data-key.js'

export const rotateDataKeyRpc =
  (rotate: (rotation: Rotation) => Promise<Rotated>) =>
  async ({ organizationId, seenVersion }: RotateDataKeyRequest__Output): Promise<RotateDataKeyResponse> => {
    const { ref, made } = await rotate({ organizationId, ...(seenVersion === 0 ? {} : { seen: seenVersion }) })
    return { keyId: ref.keyId, version: ref.keyVersion, made }
  }
