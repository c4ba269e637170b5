import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { refuse } from './head-bounds.js'
import { signedHeadStore } from './signed-head-store.js'

const BOUNDS = {
  /** Names in one answer. */
  pageRows: 1_000,
  /** More than any chain's that can be signed, and a page of them is half a megabyte. */
  nameBytesMax: 512,
} as const

/**
 * The chains that are remembered, after a name, '' for the first. Any text may be that name: a list that somebody has
 * written one into that is no chain's goes on behind it. One that is too long is left out.
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
