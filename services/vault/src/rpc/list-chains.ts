import type { ListChainsRequest__Output } from '@protectmyapi/protos/generated/vault/v1/ListChainsRequest'
import type { ListChainsResponse } from '@protectmyapi/protos/generated/vault/v1/ListChainsResponse'

export const listChainsRpc =
  (list: (after: string) => Promise<readonly string[]>) =>
  async ({ after }: ListChainsRequest__Output): Promise<ListChainsResponse> => ({ chains: [...(await list(after))] })
