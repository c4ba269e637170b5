import type { Clock } from '@protectmyapi/service-kit/clock'
import type { KeyService } from './key-service.js'
import { KmsFault } from './kms-fault.js'

const LIMITS = {
  /** The upper bound of the first hold; it doubles with each further one. */
  firstMs: 200,
  longestMs: 10_000,
} as const

interface Deps {
  readonly clock: Clock
  /** A number from 0 to 1. */
  readonly random: () => number
}

/**
 * Holds off calls to a KMS that throttles, for a random time that grows with every refusal in a row ("full jitter").
 * Calls during a hold fail at once, as throttled. Requests with a data key in memory do not notice, because none waits
 * for its renewal; the others fail sooner than they would. A call that succeeds, or fails in another way, ends it.
 */
export function heldOffKeyService(keys: KeyService, { clock, random }: Deps): KeyService {
  let refusals = 0
  let refusedMs = -Infinity
  let untilMs = -Infinity

  async function heldOff<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const startedMs = clock.monotonicMs()
    if (startedMs < untilMs) throw new KmsFault('throttled', 'held off')
    try {
      const answer = await ask()
      refusals = 0
      return answer
    } catch (err) {
      const throttled = err instanceof KmsFault && err.kind === 'throttled'
      if (!throttled) refusals = 0
      // If many calls were under way together, only the first to be refused counts.
      else if (startedMs > refusedMs) hold()
      throw err
    }
  }

  function hold(): void {
    refusedMs = clock.monotonicMs()
    untilMs = refusedMs + random() * Math.min(LIMITS.longestMs, LIMITS.firstMs * 2 ** refusals)
    refusals += 1
  }

  return {
    masterKey: keys.masterKey,
    generate: (context) => heldOff(() => keys.generate(context)),
    unwrap: (wrapped, context) => heldOff(() => keys.unwrap(wrapped, context)),
    rewrap: (wrapped, context) => heldOff(() => keys.rewrap(wrapped, context)),
  }
}
