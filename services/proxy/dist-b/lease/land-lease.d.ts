import type { Held } from '../freshness/held.js'
import type { GrantedSecret, Route } from '../routes/route.js'
import type { HeldSecret } from './lease-source.js'
import type { LeaseAnswer } from './lease-upstream.js'
export interface HeldLease extends Held {
  readonly secret: HeldSecret
  readonly bytes: number
}
/**
 * One lease out of an answer, as it may be held.
 *
 * @throws Fault of this secret alone, naming it; INTERNAL where the answer leaves it out.
 */
export declare function landLease(
  route: Route,
  granted: GrantedSecret,
  begun: Pick<Held, 'askedAt' | 'epoch'>,
  answers: readonly LeaseAnswer[],
): HeldLease
