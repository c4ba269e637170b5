import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { checkChain } from './head-bounds.js'
import { signedHeadStore } from './signed-head-store.js'

/** Names in one answer. */
const PAGE_ROWS = 1_000

/** The chains that are remembered, after a name, '' for the first. The function throws Fault INVALID_REQUEST, UNAVAILABLE. */
export const listChains =
  ({ vaultDb }: { readonly vaultDb: Knex }) =>
  async (after: string): Promise<readonly string[]> => {
    if (after !== '') checkChain(after)
    return signedHeadStore(vaultDb).after(after, PAGE_ROWS)
  }
