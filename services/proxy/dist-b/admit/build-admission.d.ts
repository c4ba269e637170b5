import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { Logger } from '@protectmyapi/service-kit/log'
import { type Schedule } from '../freshness/schedule.js'
import type { RedisLink } from '../redis/redis-link.js'
import type { Admission } from './admission.js'
export interface AdmissionDeps {
  readonly directory: Pick<ReloadingClient<DirectoryClient>, 'current'>
  /** Null: management admits. */
  readonly redis: RedisLink | null
  readonly bootId: string
  readonly clock: Clock
  readonly schedule: Schedule
  readonly log: Logger
}
/** Admission, and the record behind it. */
export interface BuiltAdmission extends Admission {
  /** Nobody is let in any more, and what is not on record yet is handed over within the grace. */
  close(graceMs: number): Promise<void>
}
/** With Redis, entries go through its streams while it is there; without, management takes them all. */
export declare function buildAdmission(deps: AdmissionDeps): BuiltAdmission
