import type { HeadWitness } from '../vault/head-witness.js'
import { everyChain } from './every-chain.js'
import { unknownChain, type Verdict } from './verdict.js'
import { type VerifyDeps, verifyChain } from './verify-chain.js'

/** The chains of the installation, and of every organization that anything names: a verdict of each. */
export async function* verifyAll(
  deps: Pick<VerifyDeps, 'db' | 'clock'> & { readonly vault: Pick<HeadWitness, 'describeHead' | 'listChains'> },
  keptDays: number,
): AsyncGenerator<Verdict, void, undefined> {
  for await (const chain of everyChain(deps, keptDays)) {
    if ('unknown' in chain) yield unknownChain(chain.unknown)
    else for await (const line of verifyChain(deps, chain)) if (line.type === 'verdict') yield line
  }
}
