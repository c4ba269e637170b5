import type { SignHeadRequest__Output } from '@protectmyapi/protos/generated/vault/v1/SignHeadRequest'
import type { SignHeadResponse } from '@protectmyapi/protos/generated/vault/v1/SignHeadResponse'
import type { AskedHead } from '../heads/head-bounds.js'
import type { SignedHead } from '../heads/signed-head-store.js'

export const signHeadRpc =
  (sign: (asked: AskedHead) => Promise<SignedHead>) =>
  async ({ chain, head, count, links, seen }: SignHeadRequest__Output): Promise<SignHeadResponse> => {
    const { signature, keyId, signedAtMs } = await sign({ chain, head, count, links, seen })
    return { signature, keyId, signedAtMs }
  }
