import type { DescribeHeadRequest__Output } from '@protectmyapi/protos/generated/vault/v1/DescribeHeadRequest'
import type { DescribeHeadResponse } from '@protectmyapi/protos/generated/vault/v1/DescribeHeadResponse'
import type { DescribedHead } from '../heads/describe-head.js'

export const describeHeadRpc =
  (describe: (chain: string) => Promise<DescribedHead>) =>
  async ({ chain }: DescribeHeadRequest__Output): Promise<DescribeHeadResponse> => {
    const { installationId, keys, last } = await describe(chain)
    return {
      installationId,
      // Field by field: the private half stands beside these.
      keys: keys.map(({ id, publicKey }) => ({ keyId: id, publicKey })),
      last: last ?? null,
    }
  }
