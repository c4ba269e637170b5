import type { ShredOrganizationRequest__Output } from '@protectmyapi/protos/generated/vault/v1/ShredOrganizationRequest'
import type { ShredOrganizationResponse } from '@protectmyapi/protos/generated/vault/v1/ShredOrganizationResponse'
import type { Shredded } from '../versions/shred-organization.js'

export const shredOrganizationRpc =
  (shred: (organizationId: string) => Promise<Shredded>) =>
  async ({ organizationId }: ShredOrganizationRequest__Output): Promise<ShredOrganizationResponse> =>
    shred(organizationId)
