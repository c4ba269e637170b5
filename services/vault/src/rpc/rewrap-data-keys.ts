import type { RewrapDataKeysRequest__Output } from '@protectmyapi/protos/generated/vault/v1/RewrapDataKeysRequest'
import type { RewrapDataKeysResponse } from '@protectmyapi/protos/generated/vault/v1/RewrapDataKeysResponse'
import type { Rewrapped } from '../rotation/rewrap-data-keys.js'

export const rewrapDataKeysRpc =
  (order: () => Promise<void>, turn: () => Promise<Rewrapped>) =>
  async ({ begin }: RewrapDataKeysRequest__Output): Promise<RewrapDataKeysResponse> => {
    if (begin) await order()
    const { masterKey, rewrapped, remaining } = await turn()
    return { masterKey, rewrapped, remaining }
  }
