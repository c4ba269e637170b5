import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { HeadWitness } from '../vault/head-witness.js'
import type { Head } from './appended-heads.js'
import { CHAIN_LIMITS } from './chain-limits.js'
import { auditChain } from './chain-names.js'
import { type SignedByVault, signedByVault } from './signed-by-vault.js'
import { bytesOf, countOf } from './stored-values.js'

/** A head as it stands in chain_heads. */
export interface StoredHead extends Head {
  readonly chain: string
}

interface Deps {
  readonly db: Knex
  readonly vault: Pick<HeadWitness, 'describeHead'>
}

interface HeadRow {
  readonly chain: string
  readonly count: string
  readonly head: Buffer | null
  /** From the kept signature of this very head; null if there is none. */
  readonly signed_at_ms: string | null
  readonly signature: Buffer | null
  readonly key_id: string | null
}

/**
 * Goes round the heads that are marked as signed, some with each call, and returns those that have no signature of the
 * vault: nothing else remembers what a process appended before it ended. A call costs the same for any number of heads.
 */
export function createCompareHeads({ db, vault }: Deps): () => Promise<readonly StoredHead[]> {
  /** The last chain of the call before; '' to start over. */
  let reached = ''

  return async () => {
    const { rows } = await db.raw<{ rows: HeadRow[] }>(
      `SELECT chain_heads.chain, chain_heads.count, chain_heads.head, signed_at_ms, signature, key_id FROM chain_heads
       LEFT JOIN chain_checkpoints AS kept ON kept.chain = chain_heads.chain AND kept.count = chain_heads.count
         AND kept.head = chain_heads.head
       WHERE unsigned_since IS NULL AND chain_heads.count > 0 AND chain_heads.chain > ? ORDER BY chain_heads.chain LIMIT ?`,
      [reached, CHAIN_LIMITS.signing.comparedRows],
    )
    const last = rows.at(-1)
    reached = rows.length < CHAIN_LIMITS.signing.comparedRows ? '' : (last?.chain ?? '')
    if (!last) return []
    // Asked for a chain that always exists, because the vault's keys are the same for all.
    const byVault = signedByVault(await vault.describeHead(auditChain(null)))
    return rows
      .filter((row) => !isSigned(row, byVault))
      .map(({ chain, count, head }) => ({ chain, count: countOf(count), head: bytesOf(head) }))
  }
}

function isSigned({ chain, count, head, signed_at_ms, signature, key_id }: HeadRow, byVault: SignedByVault): boolean {
  if (signed_at_ms === null || signature === null || key_id === null) return false
  return byVault.isSigned(chain, {
    count: countOf(count),
    head: bytesOf(head),
    signedAtMs: Number(signed_at_ms),
    signature,
    keyId: key_id,
  })
}
