import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { KeyService } from './key-service.js'

type Operation = 'generate' | 'unwrap'
type Outcome = 'ok' | 'refused' | 'unavailable'

/** How often the key service was asked since the start. */
export interface KmsCalls {
  readonly generate: number
  readonly unwrap: number
}

export interface CountedKeyService {
  readonly keys: KeyService
  calls(): KmsCalls
}

/** Counts every call of a key service and logs it as `kms.call`: a cache that is configured and not wired shows here. */
export function countedKeyService(keys: KeyService, { log, clock }: { log: Logger; clock: Clock }): CountedKeyService {
  const calls = { generate: 0, unwrap: 0 }

  async function counted<Answer>(
    operation: Operation,
    organizationId: string,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    calls[operation] += 1
    const startedMs = clock.monotonicMs()
    const done = (outcome: Outcome) => {
      const ms = Math.round(clock.monotonicMs() - startedMs)
      log.info({ event: 'kms.call', operation, organizationId, ms, outcome }, 'kms.call')
    }
    try {
      const answer = await ask()
      done('ok')
      return answer
    } catch (err) {
      done(err instanceof Fault && err.code === 'SECRET_DECRYPTION_FAILED' ? 'refused' : 'unavailable')
      throw err
    }
  }

  return {
    keys: {
      generate: (context) => counted('generate', context.organizationId, () => keys.generate(context)),
      unwrap: (wrapped, context) => counted('unwrap', context.organizationId, () => keys.unwrap(wrapped, context)),
    },
    calls: () => ({ ...calls }),
  }
}
