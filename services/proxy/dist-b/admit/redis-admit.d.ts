import type { Logger } from '@protectmyapi/service-kit/log'
import { type Schedule } from '../freshness/schedule.js'
import type { StreamRecord } from '../record/stream-record.js'
import type { Admit } from './admit.js'
import type { Append } from './redis-append.js'

interface Deps {
  readonly append: Append
  readonly record: StreamRecord
  readonly schedule: Schedule
  readonly log: Logger
}
/** Admission by Redis: one script per shard and event-loop turn, with all that has waited to be put on record. */
export declare function redisAdmit({ append, record, schedule, log }: Deps): Admit & {
  close(): void
}
