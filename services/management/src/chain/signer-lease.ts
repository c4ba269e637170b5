import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { CHAIN_LIMITS } from './chain-limits.js'

/**
 * One management at a time asks the vault for all: it saves the others the work, and is no authority, since whoever writes
 * to the row could give it to nobody. A row with an end rather than a lock: a round waits for the vault, and no transaction
 * may stay open so long.
 */
export interface SignerLease {
  /** Takes or keeps it. */
  take(): Promise<boolean>
  giveBack(): Promise<void>
}

export const signerLease = (db: Knex, holder: string): SignerLease => ({
  async take() {
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `UPDATE chain_signer SET holder = ?, held_until = clock_timestamp() + ? * interval '1 millisecond'
       WHERE holder = ? OR held_until < clock_timestamp() RETURNING holder`,
      [holder, CHAIN_LIMITS.signing.leaseMs, holder],
    )
    return rows.length > 0
  },
  async giveBack() {
    await db('chain_signer')
      .where({ holder })
      .update({ held_until: db.raw('clock_timestamp()') })
  },
})
