import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { openSnapshot } from '../db/snapshot.js'
import type { HeadWitness, SignedHead } from '../vault/head-witness.js'
import { auditChain } from './chain-names.js'
import { everyChain } from './every-chain.js'
import { unknownChain, type Verdict } from './verdict.js'
import { walkChain } from './walk-chain.js'

export interface VerifyAllDeps {
  readonly clock: Pick<Clock, 'wallMs'>
  /** A connection of it is held to the end. */
  readonly db: Knex
  readonly vault: Pick<HeadWitness, 'describeHead' | 'listChains'>
}

/**
 * The chains of the installation, and of every organization that anything names: a verdict of each, and of all as they are
 * when the first is read. Who watches the reading of one and puts another back comes too late.
 */
export async function* verifyAll(
  { db, clock, vault }: VerifyAllDeps,
  keptDays: number,
): AsyncGenerator<Verdict, void, undefined> {
  const remembered = await rememberedBy(vault)
  const { read, close } = await openSnapshot(db)
  const asOfMs = clock.wallMs()
  try {
    // Its keys are those of all chains. After the snapshot: a new one may have signed what is read.
    const byVault = await vault.describeHead(auditChain(null))
    for await (const chain of everyChain(read, [...remembered.keys()], keptDays)) {
      if ('unknown' in chain) {
        yield unknownChain(chain.unknown)
        continue
      }
      const described = { ...byVault, last: remembered.get(chain.chain), mayBeAhead: false }
      for await (const line of walkChain({ read, asOfMs, vault }, chain, described))
        if (line.type === 'verdict') yield line
    }
  } finally {
    await close()
  }
}

/** Some 400 bytes of each chain, for as long as it takes. Before the snapshot: the vault signs on while many are read. */
async function rememberedBy(vault: VerifyAllDeps['vault']): Promise<ReadonlyMap<string, SignedHead | undefined>> {
  const remembered = new Map<string, SignedHead | undefined>()
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: readonly string[] = await vault.listChains(after)
    for (const chain of page) remembered.set(chain, (await vault.describeHead(chain)).last)
    after = page.at(-1)
  }
  return remembered
}
