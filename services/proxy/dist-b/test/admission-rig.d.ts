import { type TestRedis } from '@protectmyapi/dev-kit/test-redis'
import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import { type RedisClient } from '@protectmyapi/service-kit/redis'
import type { Admission } from '../admit/admission.js'
import { type RedisLink } from '../redis/redis-link.js'
import { type FakeDirectory } from './fake-directory.js'
import { type ManualTime } from './manual-time.js'
export declare const BOOT = 'boot_01JH0000000000000000000000'
/** Admission with both of its authorities, real Redis and a fake directory over real gRPC, and its parts in the open. */
export interface AdmissionRig {
  readonly admission: Admission
  readonly redis: TestRedis
  readonly client: RedisClient
  readonly link: RedisLink
  readonly directory: FakeDirectory
  /** Of the record and its queue, and of Redis's buckets. Scripts and calls take no time of it. */
  readonly time: ManualTime
  /** What scripts the adapter sent: how many requests, and how many riders. */
  readonly scripts: readonly {
    readonly requests: number
    readonly riders: number
  }[]
  /** As the scripts answered. */
  readonly watermarks: readonly (number | undefined)[]
  readonly says: {
    redis: 'there' | 'away' | 'answers lost'
  }
  /** Time of Redis passes, too. */
  advance(ms: number): Promise<void>
  /** Everything in the streams, by shard, in the order of writing. */
  streamed(): Promise<readonly AccessEntry[]>
  /** Waits until nothing is on its way to either record. */
  settled(): Promise<void>
  close(): Promise<void>
}
export declare function startAdmissionRig({ streamMessagesMax }?: { streamMessagesMax?: number }): Promise<AdmissionRig>
