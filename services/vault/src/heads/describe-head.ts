import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { checkChain } from './head-bounds.js'
import type { HeadKeys } from './head-keys.js'
import type { VerifyingKey } from './retired-head-key.js'
import { type SignedHead, signedHeadStore } from './signed-head-store.js'

/** What the vault knows of a chain. */
export interface DescribedHead {
  readonly installationId: string
  readonly keys: readonly VerifyingKey[]
  readonly last: SignedHead | undefined
}

interface Deps {
  readonly vaultDb: Knex
  readonly headKeys: Pick<HeadKeys, 'verifying'>
  readonly installationId: string
}

/** The function throws Fault INVALID_REQUEST, UNAVAILABLE, SECRET_DECRYPTION_FAILED. */
export const describeHead =
  ({ vaultDb, headKeys, installationId }: Deps) =>
  async (chain: string): Promise<DescribedHead> => {
    checkChain(chain)
    // The head is read first: a key exists before anything is signed by it.
    const last = await signedHeadStore(vaultDb).find(chain)
    return { installationId, keys: await headKeys.verifying(), last }
  }
