import type { Clock } from '@protectmyapi/service-kit/clock'
import { openSnapshot } from '../db/snapshot.js'
import type { HeadWitness } from '../vault/head-witness.js'
import { beginWalks } from './begin-walks.js'
import { everyChain } from './every-chain.js'
import { type Progress, unknownChain, type Verdict } from './verdict.js'
import type { VerifyDeps } from './verify-chain.js'
import { walkChain } from './walk-chain.js'

export interface VerifyAllDeps extends VerifyDeps {
  readonly clock: Pick<Clock, 'wallMs'>
  readonly vault: Pick<HeadWitness, 'describeHead' | 'listChains'>
}

/**
 * Verifies the chains of the installation, and of every organization that anything names: progress and a verdict for
 * each, all as they are when this begins. An attacker who watches the reading of one chain and restores another comes
 * too late.
 *
 * @throws as verifyChain.
 */
export async function* verifyAll(
  { db, clock, vault }: VerifyAllDeps,
  keptDays: number,
): AsyncGenerator<Progress | Verdict, void, undefined> {
  const snapshot = await openSnapshot(db, clock)
  try {
    const deps = await beginWalks(db, snapshot)
    for await (const chain of everyChain(snapshot.read, signedBy(vault), keptDays)) {
      if ('unknown' in chain) yield unknownChain(chain.unknown)
      else yield* walkChain(deps, chain, await vault.describeHead(chain.chain))
    }
  } finally {
    await snapshot.close()
  }
}

async function* signedBy(vault: Pick<HeadWitness, 'listChains'>): AsyncGenerator<string, void, undefined> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: readonly string[] = await vault.listChains(after)
    yield* page
    after = page.at(-1)
  }
}
