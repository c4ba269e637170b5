import type { ShredOrganizationRequest__Output } from '@protectmyapi/protos/generated/vault/v1/ShredOrganizationRequest'
import type { ShredOrganizationResponse } from '@protectmyapi/protos/generated/vault/v1/ShredOrganizationResponse'

export const shredOrganizationRpc =
  (shred: (organizationId: string) => Promise<void>) =>
  async ({ organizationId }: ShredOrganizationRequest__Output): Promise<ShredOrganizationResponse> => {
    await shred(organizationId)
    return {}
  }
