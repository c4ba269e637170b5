import type { Knex } from '@protectmyapi/service-kit/postgres'
import { checkChain } from './head-bounds.js'
import type { HeadKey, HeadKeys } from './head-keys.js'
import { type SignedHead, signedHeadStore } from './signed-head-store.js'

/** What the vault can say of a chain. */
export interface DescribedHead {
  readonly installationId: string
  readonly keys: readonly Pick<HeadKey, 'id' | 'publicKey'>[]
  readonly last: SignedHead | undefined
}

interface Deps {
  readonly vaultDb: Knex
  readonly headKeys: Pick<HeadKeys, 'find'>
  readonly installationId: string
}

/** The function throws Fault INVALID_REQUEST, UNAVAILABLE, SECRET_DECRYPTION_FAILED. */
export const describeHead =
  ({ vaultDb, headKeys, installationId }: Deps) =>
  async (chain: string): Promise<DescribedHead> => {
    checkChain(chain)
    // The memory first: a key is there before anything is signed.
    const last = await signedHeadStore(vaultDb).find(chain)
    const key = await headKeys.find()
    return { installationId, keys: key ? [key] : [], last }
  }
