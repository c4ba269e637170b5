import { systemClock } from '@protectmyapi/service-kit/clock'
import type { ChainSource } from '../chain/chain-source.js'
import type { Progress, Verdict } from '../chain/verdict.js'
import { type VerifyDeps, verifyChain } from '../chain/verify-chain.js'
import { openSnapshot } from '../db/snapshot.js'

/** Verifies a chain in a snapshot that is taken when it begins. */
export async function* verifyNow(deps: VerifyDeps, source: ChainSource): AsyncGenerator<Progress | Verdict> {
  const snapshot = await openSnapshot(deps.db, systemClock)
  try {
    yield* verifyChain(deps, snapshot, source)
  } finally {
    await snapshot.close()
  }
}
