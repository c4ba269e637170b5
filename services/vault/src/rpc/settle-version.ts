import type { SettleVersionRequest__Output } from '@protectmyapi/protos/generated/vault/v1/SettleVersionRequest'
import type { SettleVersionResponse } from '@protectmyapi/protos/generated/vault/v1/SettleVersionResponse'
import type { Settlement } from '../versions/settle-version.js'
import type { VersionRef } from '../versions/version-row.js'

const SETTLEMENTS = { stored: 'SETTLEMENT_STORED', closed: 'SETTLEMENT_CLOSED' } as const

export const settleVersionRpc =
  (settle: (ref: VersionRef) => Promise<Settlement>) =>
  async ({ organizationId, secretId, versionId }: SettleVersionRequest__Output): Promise<SettleVersionResponse> => {
    return { settlement: SETTLEMENTS[await settle({ organizationId, secretId, versionId })] }
  }
