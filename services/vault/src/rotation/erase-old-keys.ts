import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { wrappedKeyStore } from '../keys/data-key-store.js'
import { ROTATION_LIMITS } from './rotation-limits.js'
import { rotationStore } from './rotation-store.js'

/**
 * Deletes the wrapped bytes of data keys below their floor, a while after it was raised; of those too that a crash left
 * unadopted. A crash between the two databases is mended by the next round. Answers how many organizations it was for.
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
