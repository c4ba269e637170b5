import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { HeadWitness } from '../vault/head-witness.js'
import { beginWalks } from './begin-walks.js'
import type { ChainSource } from './chain-source.js'
import type { Progress, Verdict } from './verdict.js'
import { type WalkDeps, walkChain } from './walk-chain.js'

export interface VerifyDeps {
  readonly vault: Pick<HeadWitness, 'describeHead'>
  readonly db: Knex
}

/**
 * Verifies one chain, as it is in the snapshot: what is put back after that was taken comes too late (ADR 24). The
 * vault is asked afterwards, because what it reads for its answer may be seen if one server has both databases.
 *
 * @throws Fault UNAVAILABLE if the vault is away, and what Postgres throws.
 */
export async function* verifyChain(
  { db, vault }: VerifyDeps,
  snapshot: WalkDeps['snapshot'],
  source: ChainSource,
): AsyncGenerator<Progress | Verdict, void, undefined> {
  yield* walkChain(await beginWalks(db, snapshot), source, await vault.describeHead(source.chain))
}
