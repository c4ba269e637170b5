import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import { type Held } from './held.js'
import type { HeldCache } from './held-cache.js'
import type { Keeper } from './keeper.js'

/** Asks the authority. `begun` was noted before the question left, and goes into what is answered. */
type Fill<Value extends Held, Question> = (
  question: Question,
  begun: Pick<Held, 'askedAt' | 'epoch'>,
  why: 'wanted' | 'renewal',
) => Promise<Value>
interface Deps<Value extends Held, Question> {
  readonly keeper: Keeper
  readonly clock: Clock
  readonly log: Logger
  readonly cache: HeldCache<Value>
  readonly fill: Fill<Value, Question>
}
export interface HeldSource<Value, Question> {
  /** What is held, without a wait; renewed behind from half of its life on. @throws Fault UNAVAILABLE past the horizon. */
  held(key: string, question: Question): Value | undefined
  /** @throws Fault UNAVAILABLE past the horizon; what `fill` throws. */
  get(key: string, question: Question): Promise<Value>
  /** Asks whatever is held, which stays until something newer has landed. @throws what `fill` throws. */
  refresh(key: string, question: Question): Promise<Value>
}
/** Memory, then one shared flight to the authority; each who waits judges what has landed for himself. */
export declare function createHeldSource<Value extends Held, Question>({
  keeper,
  clock,
  log,
  cache,
  fill,
}: Deps<Value, Question>): HeldSource<Value, Question>
