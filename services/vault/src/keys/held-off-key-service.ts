import type { Clock } from '@protectmyapi/service-kit/clock'
import type { KeyService } from './key-service.js'
import { KmsFault } from './kms-fault.js'

const LIMITS = {
  /** The first hold lasts up to that, each further one up to twice as long. */
  firstMs: 200,
  longestMs: 10_000,
} as const

interface Deps {
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
}

/**
 * Stays away from a KMS that throttles, for a random while that grows with every refusal in a row ("full jitter"): calls
 * in between fail at once, as throttled. What is warm does not notice, because nobody waits for the renewal of a data
 * key that is in memory; what is cold fails faster than it would. A call that succeeds, or fails otherwise, ends it.
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
      // Of many that were under way together, the first to be refused stands for all.
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
