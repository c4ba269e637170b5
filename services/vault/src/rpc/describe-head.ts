import type { DescribeHeadRequest__Output } from '@protectmyapi/protos/generated/vault/v1/DescribeHeadRequest'
import type { DescribeHeadResponse } from '@protectmyapi/protos/generated/vault/v1/DescribeHeadResponse'
import type { DescribedHead } from '../heads/describe-head.js'

export const describeHeadRpc =
  (describe: (chain: string) => Promise<DescribedHead>) =>
  async ({ chain }: DescribeHeadRequest__Output): Promise<DescribeHeadResponse> => {
    const { installationId, keys, last } = await describe(chain)
    return {
      installationId,
      keys: keys.map(({ id, publicKey, untilMs = 0, knownSinceMs = 0 }) => ({
        keyId: id,
        publicKey,
        untilMs,
        knownSinceMs,
      })),
      last: last ?? null,
    }
  }
