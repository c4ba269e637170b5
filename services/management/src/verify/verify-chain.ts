import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { readNow } from '../db/read.js'
import type { Snapshot } from '../db/snapshot.js'
import type { HeadWitness } from '../vault/head-witness.js'
import type { ChainSource } from './chain-source.js'
import { checkTables } from './check-tables.js'
import type { Progress, Verdict } from './verdict.js'
import { walkChain } from './walk-chain.js'

export interface VerifyDeps {
  readonly vault: Pick<HeadWitness, 'describeHead'>
  readonly db: Knex
}

/**
 * Verifies one chain, as it is in the snapshot: what is put back after it was taken comes too late (ADR 24). The vault is
 * asked afterwards, since what it reads for its answer may be seen, where one server has both databases.
 *
 * @throws Fault UNAVAILABLE where the vault is away, and what Postgres throws.
 */
export async function* verifyChain(
  { db, vault }: VerifyDeps,
  { read, takenMs }: Snapshot,
  source: ChainSource,
): AsyncGenerator<Progress | Verdict, void, undefined> {
  const deps = { read, asOfMs: takenMs, alterations: await checkTables(read), readNow: readNow(db) }
  yield* walkChain(deps, source, await vault.describeHead(source.chain))
}
