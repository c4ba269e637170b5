import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { wrappedKeyStore } from '../keys/data-key-store.js'
import { ROTATION_LIMITS } from './rotation-limits.js'
import { rotationStore } from './rotation-store.js'

/**
 * Deletes the wrapped bytes of data keys below their floor, some time after the floor was raised; also those that a
 * crash left unadopted. A crash between the two databases is repaired by the next round. Returns the number of
 * organizations processed.
 */
export const eraseOldKeys =
  ({ vaultDb, vaultKeysDb }: { readonly vaultDb: Knex; readonly vaultKeysDb: Knex }) =>
  async (organizationsMax: number): Promise<number> => {
    const store = rotationStore(vaultDb)
    const due = await store.toErase(ROTATION_LIMITS.graceMs, organizationsMax)
    for (const { floor, ...ref } of due) {
      await wrappedKeyStore(vaultKeysDb).removeBelow(ref, floor)
      await store.markErased(ref, floor)
    }
    return due.length
  }
