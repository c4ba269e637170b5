import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { DrainState } from '../../telemetry/management-measures.js'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'
import type { StreamMessage } from './access-streams.js'

const { lagToldMs, lagToldPeriodMs } = ACCESS_LOG_LIMITS.stream

/**
 * Logs from time to time that the drain is behind. It uses the ids of messages, which begin with the time on Redis's
 * clock.
 */
export function createLagWatch(
  clock: Clock,
  log: Logger,
  state: Pick<DrainState, 'lagMs'>,
): { look(messages: readonly StreamMessage[]): void } {
  let toldAtMs = Number.NEGATIVE_INFINITY
  return {
    look(messages) {
      const oldestMs = messages.reduce((oldest, { id }) => Math.min(oldest, Number.parseInt(id, 10)), clock.wallMs())
      const lagMs = clock.wallMs() - oldestMs
      state.lagMs = lagMs
      if (lagMs < lagToldMs || clock.monotonicMs() - toldAtMs < lagToldPeriodMs) return
      toldAtMs = clock.monotonicMs()
      log.warn({ lagMs }, 'the drain of the access streams is behind')
    },
  }
}
