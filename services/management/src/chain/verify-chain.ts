import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { openSnapshot } from '../db/snapshot.js'
import type { ChainSource } from './chain-source.js'
import type { Progress, Verdict } from './verdict.js'
import { type WalkDeps, walkChain } from './walk-chain.js'

export interface VerifyDeps extends Pick<WalkDeps, 'vault'> {
  readonly clock: Pick<Clock, 'wallMs'>
  /** A connection of it is held to the end. */
  readonly db: Knex
}

/**
 * Verifies one chain, as it is when this begins: what is put back while it is read comes too late (ADR 24).
 *
 * @throws Fault UNAVAILABLE where the vault is away, and what Postgres throws.
 */
export async function* verifyChain(
  { db, clock, vault }: VerifyDeps,
  source: ChainSource,
): AsyncGenerator<Progress | Verdict, void, undefined> {
  const described = await vault.describeHead(source.chain)
  const { read, close } = await openSnapshot(db)
  try {
    yield* walkChain({ read, asOfMs: clock.wallMs(), vault }, source, described)
  } finally {
    await close()
  }
}
