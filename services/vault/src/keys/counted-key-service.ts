import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { activeSpan, CLIENT } from '@protectmyapi/service-kit/telemetry/spans'
import { NO_MEASURES, type VaultMeasures } from '../telemetry/vault-measures.js'
import type { KeyService } from './key-service.js'
import { kmsAlarm } from './kms-alarm.js'
import { KmsFault, type KmsFaultKind } from './kms-fault.js'

type Operation = 'generate' | 'unwrap' | 'rewrap'
type Outcome = 'ok' | 'refused' | 'unavailable'

/** Calls of the key service since the start, by operation. */
export type KmsCalls = Readonly<Record<Operation, number>>

export interface CountedKeyService {
  readonly keys: KeyService
  calls(): KmsCalls
}

interface Deps {
  readonly log: Logger
  readonly clock: Clock
  readonly measures?: Pick<VaultMeasures, 'kmsCall'>
}

/**
 * Counts every call of a key service and logs it as `kms.call`: a cache that is configured but not wired shows up here.
 * Also logs what is wrong with the KMS.
 */
export function countedKeyService(keys: KeyService, { log, clock, measures = NO_MEASURES }: Deps): CountedKeyService {
  const calls = { generate: 0, unwrap: 0, rewrap: 0 }
  const alarm = kmsAlarm({ log, clock })

  async function counted<Answer>(
    operation: Operation,
    organizationId: string,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    calls[operation] += 1
    const startedMs = clock.monotonicMs()
    const span = activeSpan()?.child(`kms ${operation}`, CLIENT)
    const done = (outcome: Outcome, fault?: KmsFaultKind) => {
      const ms = clock.monotonicMs() - startedMs
      const told = outcome === 'unavailable' ? (fault ?? 'failing') : outcome
      measures.kmsCall.record(ms / 1_000, { operation, outcome: told })
      span?.end(told)
      log.info({ event: 'kms.call', operation, organizationId, ms: Math.round(ms), outcome, fault }, 'kms.call')
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
