import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { CHAIN_LIMITS } from './chain-limits.js'

/**
 * Lets one management at a time ask the vault for all. That saves the others the work but gives no authority, because
 * an attacker who can write to the row could give the lease to nobody. It is a row that expires rather than a lock: a
 * round waits for the vault, and no transaction may stay open so long.
 */
export interface SignerLease {
  /** Takes or extends the lease. Returns whether this holder has it. */
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
