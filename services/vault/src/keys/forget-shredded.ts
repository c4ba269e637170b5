import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { CACHE_LIMITS } from './data-key-cache.js'
import { dataKeyStore } from './data-key-store.js'
import type { DataKeys } from './data-keys.js'

/** Longer than a plain key lives: whoever was not told meanwhile has none left. */
const SHREDDED_MS = 2 * CACHE_LIMITS.lifeMs

/**
 * Forgets the plain keys of organizations that another replica has shredded. Rows stop every use of them at the commit of
 * the shredding; this is for whoever sets those rows back, and for what memory holds.
 *
 * By both databases: a dump of `vault` from before, restored at once, says of nothing that it was shredded, and
 * `vault_keys` has no wrapped bytes of it any more.
 */
export const forgetShredded =
  ({ vaultDb, keys }: { readonly vaultDb: Knex; readonly keys: Pick<DataKeys, 'drop' | 'dropGone'> }) =>
  async (): Promise<void> => {
    for (const organizationId of await dataKeyStore(vaultDb).shreddedSince(SHREDDED_MS)) keys.drop(organizationId)
    await keys.dropGone()
  }
