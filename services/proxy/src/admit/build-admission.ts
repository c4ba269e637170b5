import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Turnstile } from '../fairness/turnstile.js'
import { every, type Schedule } from '../freshness/schedule.js'
import { directoryQuotas } from '../quota/directory-quotas.js'
import { createHeldQuotas } from '../quota/held-quotas.js'
import { createAccessQueue } from '../record/access-queue.js'
import { createAccessRecorder } from '../record/access-recorder.js'
import { createBacklog } from '../record/backlog.js'
import { grpcRecordAccess } from '../record/grpc-record-access.js'
import { createSequences } from '../record/sequences.js'
import { createStreamRecord } from '../record/stream-record.js'
import type { RedisLink } from '../redis/redis-link.js'
import { countedAdmit, countedAppend, countedDraws } from '../telemetry/counted.js'
import { NO_MEASURES, type ProxyMeasures } from '../telemetry/proxy-measures.js'
import type { Admission } from './admission.js'
import { createAdmission } from './create-admission.js'
import { directoryAdmit } from './directory-admit.js'
import { redisAdmit } from './redis-admit.js'
import { redisAppend } from './redis-append.js'
import { redisOrDirectory } from './redis-or-directory.js'

/** Between two looks at places of the record that were given back. */
const TEND_EVERY_MS = 1_000

export interface AdmissionDeps {
  readonly directory: Pick<ReloadingClient<DirectoryClient>, 'current'>
  /** Null: management admits. */
  readonly redis: RedisLink | null
  readonly bootId: string
  readonly clock: Clock
  readonly schedule: Schedule
  readonly log: Logger
  readonly turnstile: Pick<Turnstile, 'isShared'>
  readonly measures?: Pick<ProxyMeasures, 'admissions' | 'quotaDraws'>
}

/** Admission, and the record behind it. */
export interface BuiltAdmission extends Admission {
  /** Admits nobody any more. Hands over what is not on record yet and gives back unspent quotas, within the grace. */
  close(graceMs: number): Promise<void>
  /** Current counts: entries not on record, entries in doubt, and subjects whose quotas are held. */
  sizes(): { readonly entries: number; readonly doubtful: number; readonly quotaStocks: number }
}

/** With Redis, entries go through its streams while it is usable; without it, management takes them all. */
export function buildAdmission(deps: AdmissionDeps): BuiltAdmission {
  const { directory, redis, bootId, clock, schedule, log, turnstile, measures = NO_MEASURES } = deps
  const { admissions, quotaDraws } = measures
  const backlog = createBacklog()
  const recordAccess = grpcRecordAccess(directory, bootId)
  const direct = createAccessQueue({ recordAccess, clock, schedule, log, settled: backlog.settled })
  const stream = redis && createStreamRecord({ direct, clock, isRedisUsable: redis.isUsable, drained: backlog.remove })
  const recorder = createAccessRecorder({ sequences: createSequences(), clock, log, backlog, queue: stream ?? direct })
  const there = countedAdmit(directoryAdmit(directory, bootId), admissions)
  const append = redis && countedAppend(redisAppend(redis, bootId), admissions)
  const here = append && stream && redisAdmit({ append, record: stream, clock, schedule, log, turnstile })
  if (redis && stream) redis.onAway(stream.handOver)
  const drawQuota = countedDraws(directoryQuotas(directory, bootId), quotaDraws)
  const quotas = createHeldQuotas({ drawQuota, clock, schedule, log })
  const admit = here ? redisOrDirectory(here, there, log) : there
  const admission = createAdmission({ admit, recorder, quotas, log })
  const stopTending = every(schedule, TEND_EVERY_MS, recorder.tend)
  return {
    admit: admission.admit,
    sizes: () => ({ ...backlog.sizes(), quotaStocks: quotas.stocks }),
    async close(graceMs) {
      await admission.close()
      stopTending()
      here?.close()
      await Promise.all([recorder.drain(graceMs), quotas.close(graceMs)])
    },
  }
}
