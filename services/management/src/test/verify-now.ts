import { systemClock } from '@protectmyapi/service-kit/clock'
import { openSnapshot } from '../db/snapshot.js'
import type { ChainSource } from '../verify/chain-source.js'
import type { Progress, Verdict } from '../verify/verdict.js'
import { type VerifyDeps, verifyChain } from '../verify/verify-chain.js'

/** Verifies a chain in a snapshot that is taken when the verification begins. */
export async function* verifyNow(deps: VerifyDeps, source: ChainSource): AsyncGenerator<Progress | Verdict> {
  const snapshot = await openSnapshot(deps.db, systemClock)
  try {
    yield* verifyChain(deps, snapshot, source)
  } finally {
    await snapshot.close()
  }
}

/** The last line: the verdict, if the verification ends with one. */
export async function lastLineOf(lines: AsyncIterable<Progress | Verdict>): Promise<Progress | Verdict | undefined> {
  let last: Progress | Verdict | undefined
  for await (const line of lines) last = line
  return last
}
