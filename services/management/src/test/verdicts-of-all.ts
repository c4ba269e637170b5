import { systemClock } from '@protectmyapi/service-kit/clock'
import type { Verdict } from '../verify/verdict.js'
import { type VerifyAllDeps, verifyAll } from '../verify/verify-all.js'

/** The verdict of every chain, without the lines of progress. */
export async function* verdictsOfAll(deps: Pick<VerifyAllDeps, 'db' | 'vault'>): AsyncGenerator<Verdict> {
  for await (const line of verifyAll({ ...deps, clock: systemClock }, 90)) if (line.type === 'verdict') yield line
}
