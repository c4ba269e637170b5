import type { DescribeVersionsRequest__Output } from '@protectmyapi/protos/generated/vault/v1/DescribeVersionsRequest'
import type { DescribeVersionsResponse } from '@protectmyapi/protos/generated/vault/v1/DescribeVersionsResponse'
import type { VersionSummary } from '../versions/version-store.js'
import { purposeToWire } from './wire.js'

const STATES = {
  stored: 'VERSION_STATE_STORED',
  closed: 'VERSION_STATE_CLOSED',
  destroyed: 'VERSION_STATE_DESTROYED',
} as const

export const describeVersionsRpc =
  (describe: (organizationId: string, secretIds: readonly string[]) => Promise<readonly VersionSummary[]>) =>
  async ({ organizationId, secretIds }: DescribeVersionsRequest__Output): Promise<DescribeVersionsResponse> => {
    const versions = await describe(organizationId, secretIds)
    return {
      versions: versions.map(({ secretId, versionId, generation, purpose, state, createdAtMs }) => ({
        secretId,
        versionId,
        generation: generation ?? 0,
        purpose: purposeToWire(purpose),
        state: STATES[state],
        createdAtMs,
      })),
    }
  }
