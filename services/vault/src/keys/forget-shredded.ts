import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { CACHE_LIMITS } from './data-key-cache.js'
import { dataKeyStore } from './data-key-store.js'
import type { DataKeys } from './data-keys.js'

/** Longer than a plaintext key lives: a replica that missed a shredding for this long holds no key any more. */
const SHREDDED_MS = 2 * CACHE_LIMITS.lifeMs

/**
 * Forgets the plaintext keys of organizations that another replica has shredded. The rows stop every use of the keys at
 * the commit of the shredding; this protects against an attacker who restores those rows, and clears memory.
 *
 * Looks at both databases: if an older dump of `vault` is restored right after the shredding, `vault` no longer records
 * the shredding, but `vault_keys` has no wrapped bytes either.
 */
export const forgetShredded =
  ({ vaultDb, keys }: { readonly vaultDb: Knex; readonly keys: Pick<DataKeys, 'drop' | 'dropGone'> }) =>
  async (): Promise<void> => {
    for (const organizationId of await dataKeyStore(vaultDb).shreddedSince(SHREDDED_MS)) keys.drop(organizationId)
    await keys.dropGone()
  }
