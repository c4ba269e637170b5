import type { DestroyVersionsRequest__Output } from '@protectmyapi/protos/generated/vault/v1/DestroyVersionsRequest'
import type { DestroyVersionsResponse } from '@protectmyapi/protos/generated/vault/v1/DestroyVersionsResponse'

export const destroyVersionsRpc =
  (destroy: (organizationId: string, secretId: string, versionIds: readonly string[]) => Promise<void>) =>
  async ({
    organizationId,
    secretId,
    versionIds,
  }: DestroyVersionsRequest__Output): Promise<DestroyVersionsResponse> => {
    await destroy(organizationId, secretId, versionIds)
    return {}
  }
