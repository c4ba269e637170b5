import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { refuse } from './head-bounds.js'
import { signedHeadStore } from './signed-head-store.js'

const BOUNDS = {
  /** Names per answer. */
  pageRows: 1_000,
  /** Longer than any chain name that can be signed; a page of such names is half a megabyte. */
  nameBytesMax: 512,
} as const

/**
 * The names of remembered chains after the given one; '' starts the list. Any text is accepted as that name, so that
 * the list continues past a planted row whose text is no chain's name. Names that are too long are left out.
 *
 * The function throws Fault INVALID_REQUEST, UNAVAILABLE.
 */
export const listChains =
  ({ vaultDb }: { readonly vaultDb: Knex }) =>
  async (after: string): Promise<readonly string[]> => {
    if (Buffer.byteLength(after) > BOUNDS.nameBytesMax)
      throw refuse('after', `Give at most ${BOUNDS.nameBytesMax} bytes.`)
    return signedHeadStore(vaultDb).after(after, BOUNDS)
  }
