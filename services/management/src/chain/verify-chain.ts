import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { readNow } from '../db/read.js'
import { openSnapshot } from '../db/snapshot.js'
import type { HeadWitness } from '../vault/head-witness.js'
import type { ChainSource } from './chain-source.js'
import { checkTables } from './check-tables.js'
import type { Progress, Verdict } from './verdict.js'
import { walkChain } from './walk-chain.js'

export interface VerifyDeps {
  readonly vault: Pick<HeadWitness, 'describeHead'>
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
  const { read, close } = await openSnapshot(db)
  try {
    const deps = { read, asOfMs: clock.wallMs(), alterations: await checkTables(read), readNow: readNow(db) }
    yield* walkChain(deps, source, await vault.describeHead(source.chain))
  } finally {
    await close()
  }
}
