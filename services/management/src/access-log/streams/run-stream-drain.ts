import { again } from '@protectmyapi/service-kit/again'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { type RedisClient, redisFitness } from '@protectmyapi/service-kit/redis/redis'
import { runRound } from '@protectmyapi/service-kit/telemetry/rounds'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import { type DrainState, NO_MEASURES } from '../../telemetry/management-measures.js'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'
import type { StreamDrain } from './drain-streams.js'

const LIMITS = ACCESS_LOG_LIMITS.stream

interface Deps {
  readonly client: RedisClient
  readonly drain: StreamDrain
  readonly clock: Clock
  readonly log: Logger
  /** Makes sure that the partitions exist, because an entry needs the partition of its day. */
  readonly partitioned: () => Promise<void>
  readonly telemetry?: Telemetry | undefined
  readonly state?: Pick<DrainState, 'usable'>
}

/**
 * Drains for as long as Redis is reachable and fit, and otherwise tries again; nothing else waits for it. The returned
 * function ends it, and waits for the pass that runs.
 */
export function runStreamDrain({
  client,
  drain,
  clock,
  log,
  partitioned,
  telemetry,
  state = NO_MEASURES.drain,
}: Deps): () => Promise<void> {
  let failures = 0
  let isAppendOnlyTold = false
  /** Redis's settings are checked again after this time, and after every failure. */
  let trustedUntilMs = Number.NEGATIVE_INFINITY
  let claimAtMs = 0

  async function turn(): Promise<number> {
    try {
      if (clock.monotonicMs() >= trustedUntilMs && !(await isFit())) {
        state.usable = false
        return backoffMs()
      }
      if (clock.monotonicMs() >= claimAtMs) {
        const isMore = await drain.claim()
        claimAtMs = clock.monotonicMs() + (isMore ? 0 : LIMITS.claimPeriodMs)
      }
      const isMore = await runRound('drain the access streams', drain.pass, telemetry)
      failures = 0
      state.usable = true
      return isMore ? 0 : LIMITS.periodMs
    } catch (err) {
      if (failures === 0) log.warn({ err }, 'the drain of the access streams failed; it will be tried again')
      trustedUntilMs = Number.NEGATIVE_INFINITY
      state.usable = false
      return backoffMs()
    }
  }

  async function isFit(): Promise<boolean> {
    const fitness = await redisFitness(client)
    if (!fitness.fit) {
      log.error({ why: fitness.why }, 'Redis is not used for access records')
      return false
    }
    if (!fitness.appendOnly && !isAppendOnlyTold) {
      isAppendOnlyTold = true
      log.warn('Redis is not append-only: after it crashes, proxies record again what it held')
    }
    await partitioned()
    await drain.prepare()
    await drain.removeSilent()
    trustedUntilMs = clock.monotonicMs() + LIMITS.tendPeriodMs
    return true
  }

  /** Half of it is random, so that managements that lost Redis together do not come back together. */
  function backoffMs(): number {
    const delayMs = Math.min(LIMITS.backoffMaxMs, LIMITS.backoffFirstMs * 2 ** Math.min(failures, 10))
    failures += 1
    return delayMs / 2 + (Math.random() * delayMs) / 2
  }

  return again(turn)
}
