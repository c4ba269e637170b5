import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { KeyService } from './key-service.js'
import { kmsAlarm } from './kms-alarm.js'
import { KmsFault } from './kms-fault.js'

type Operation = 'generate' | 'unwrap' | 'rewrap'
type Outcome = 'ok' | 'refused' | 'unavailable'

/** How often the key service was asked since the start. */
export type KmsCalls = Readonly<Record<Operation, number>>

export interface CountedKeyService {
  readonly keys: KeyService
  calls(): KmsCalls
}

/**
 * Counts every call of a key service and logs it as `kms.call`: a cache that is configured and not wired shows here. What
 * is wrong with the KMS is told beside it.
 */
export function countedKeyService(keys: KeyService, { log, clock }: { log: Logger; clock: Clock }): CountedKeyService {
  const calls = { generate: 0, unwrap: 0, rewrap: 0 }
  const alarm = kmsAlarm({ log, clock })

  async function counted<Answer>(
    operation: Operation,
    organizationId: string,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    calls[operation] += 1
    const startedMs = clock.monotonicMs()
    const done = (outcome: Outcome, fault?: string) => {
      const ms = Math.round(clock.monotonicMs() - startedMs)
      log.info({ event: 'kms.call', operation, organizationId, ms, outcome, fault }, 'kms.call')
    }
    try {
      const answer = await ask()
      done('ok')
      return answer
    } catch (err) {
      const refused = err instanceof Fault && err.code === 'SECRET_DECRYPTION_FAILED'
      done(refused ? 'refused' : 'unavailable', err instanceof KmsFault ? err.kind : undefined)
      alarm(err)
      throw err
    }
  }

  return {
    keys: {
      masterKey: keys.masterKey,
      generate: (context) => counted('generate', context.organizationId, () => keys.generate(context)),
      unwrap: (wrapped, context) => counted('unwrap', context.organizationId, () => keys.unwrap(wrapped, context)),
      rewrap: (wrapped, context) => counted('rewrap', context.organizationId, () => keys.rewrap(wrapped, context)),
    },
    calls: () => ({ ...calls }),
  }
}
