import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { openSnapshot } from '../db/snapshot.js'
import type { ChainSource } from './chain-source.js'
import { VAULT_SKEW_MS } from './signed-by-vault.js'
import type { Progress, Verdict } from './verdict.js'
import { type WalkDeps, walkChain } from './walk-chain.js'

export interface VerifyDeps extends Pick<WalkDeps, 'vault'> {
  readonly clock: Pick<Clock, 'wallMs'>
  /** A connection of it is held to the end. */
  readonly db: Knex
}

/**
 * Verifies one chain, as it is when this begins: what is put back while it is read comes too late (ADR 24). The vault is
 * asked second, since what it reads for its answer may be seen too, where one server has both databases.
 *
 * @throws Fault UNAVAILABLE where the vault is away, and what Postgres throws.
 */
export async function* verifyChain(
  { db, clock, vault }: VerifyDeps,
  source: ChainSource,
): AsyncGenerator<Progress | Verdict, void, undefined> {
  for (const isLast of [false, true]) {
    const { read, close } = await openSnapshot(db)
    try {
      const asOfMs = clock.wallMs()
      const described = await vault.describeHead(source.chain)
      // In between it may have signed on, and not twice in a row; what it signed long before was taken away.
      const isRecent = described.last !== undefined && described.last.signedAtMs > asOfMs - VAULT_SKEW_MS
      const mayBeAhead = isRecent && !isLast
      if ((yield* walkChain({ read, asOfMs, vault }, source, { ...described, mayBeAhead })) !== 'ahead') return
    } finally {
      await close()
    }
  }
}
