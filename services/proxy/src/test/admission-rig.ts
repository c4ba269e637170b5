import { connectTestRedis, redisTarget } from '@protectmyapi/dev-kit/redis/connect-test-redis'
import { startTestRedis, type TestRedis } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { readEntryText } from '@protectmyapi/protos/access-entry-text'
import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { RedisClient, RedisTarget } from '@protectmyapi/service-kit/redis/redis'
import { ACCESS_STREAM, accessStreamKey, SHARDS } from '@protectmyapi/service-kit/redis/redis-keys'
import type { Admission } from '../admit/admission.js'
import { ADMISSION_SCRIPT } from '../admit/admission-script.js'
import { createAdmission } from '../admit/create-admission.js'
import { directoryAdmit } from '../admit/directory-admit.js'
import { redisAdmit } from '../admit/redis-admit.js'
import { type Append, redisAppend } from '../admit/redis-append.js'
import { redisOrDirectory } from '../admit/redis-or-directory.js'
import type { Schedule } from '../freshness/schedule.js'
import { directoryQuotas } from '../quota/directory-quotas.js'
import { createHeldQuotas } from '../quota/held-quotas.js'
import { type AccessQueue, createAccessQueue } from '../record/access-queue.js'
import { createAccessRecorder } from '../record/access-recorder.js'
import { createBacklog } from '../record/backlog.js'
import { grpcRecordAccess } from '../record/grpc-record-access.js'
import { createSequences } from '../record/sequences.js'
import { createStreamRecord, type StreamRecord } from '../record/stream-record.js'
import { createRedisLink, RedisFailed, type RedisLink } from '../redis/redis-link.js'
import { type FakeDirectory, startFakeDirectory } from './fake-directory.js'
import { type ManualTime, manualTime } from './manual-time.js'
import { silentLog } from './silent-log.js'

export const BOOT = 'boot_01JH0000000000000000000000'

/**
 * Admission with both of its authorities, a real Redis and a fake directory over real gRPC, and access to its parts.
 */
export interface AdmissionRig {
  readonly admission: Admission
  readonly redis: TestRedis
  readonly client: RedisClient
  readonly link: RedisLink
  readonly directory: FakeDirectory
  /** The time of the record and its queue, and of Redis's buckets. Scripts take `scriptMs` of it, calls none. */
  readonly time: ManualTime
  /** The scripts that the adapter sent: how many requests, and how many riders. */
  readonly scripts: readonly { readonly requests: number; readonly riders: number }[]
  /** As the scripts answered. */
  readonly watermarks: readonly (number | undefined)[]
  readonly says: { redis: 'there' | 'away' | 'answers lost'; scriptMs: number; organizations: 'one' | 'several' }
  /** Moves Redis's time as well. */
  advance(ms: number): Promise<void>
  /** Sets the time after Redis has lost it; or sets a text that is no time. */
  setTime(now?: string): Promise<void>
  /** Everything in the streams, by shard, in the order of writing. */
  streamed(): Promise<readonly AccessEntry[]>
  /** Waits until nothing is on its way to either record. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** Buckets use the test's own time, with a copy for each slot, because a script of a cluster sees only one slot. */
const SCRIPT = ADMISSION_SCRIPT.replace(
  "redis.call('TIME')",
  "{tonumber(redis.call('GET', 'test:now' .. string.match(KEYS[1], '{.-}'))) / 1000, 0}",
)
const timeKey = (shard: number): string => `test:now${/\{.*?\}/.exec(accessStreamKey(shard))?.[0]}`

interface AdmissionRigOptions {
  readonly streamMessagesMax?: number
  readonly linesBytesMax?: number
  /** A cluster that the test has started, and ends. */
  readonly cluster?: Pick<RedisTarget, 'host' | 'port'>
}

export async function startAdmissionRig(options: AdmissionRigOptions = {}): Promise<AdmissionRig> {
  const { cluster, ...bounds } = options
  const log = silentLog()
  const time = manualTime()
  const directory = await startFakeDirectory(time.clock)
  const redis = await startTestRedis()
  const target = redisTarget(cluster ?? redis)
  const client = await connectTestRedis({ ...target, cluster: cluster !== undefined })
  /** Looks for Redis without delay while it is away, and not at all while it is in use. */
  const soon: Schedule = (run, ms) => unref(setTimeout(run, ms < 5_000 ? Math.min(ms, 20) : ms))
  const real = createRedisLink({ client, clock: time.clock, schedule: soon, log })
  const says: AdmissionRig['says'] = { redis: 'there', scriptMs: 0, organizations: 'one' }
  const link: RedisLink = {
    ...real,
    async use(ask) {
      if (says.redis === 'away') throw new RedisFailed('cut')
      const answer = await real.use(ask)
      if (says.redis === 'answers lost') throw new RedisFailed('the answer was lost')
      return answer
    },
  }
  await until(() => link.isUsable() || undefined)
  const setTime = async (now = String(time.clock.wallMs())): Promise<void> => {
    await Promise.all(Array.from({ length: SHARDS }, (_, shard) => client.set(timeKey(shard), now)))
  }
  await setTime()

  const scripts: { requests: number; riders: number }[] = []
  const watermarks: (number | undefined)[] = []
  const waiting = new Set<AccessEntry>()
  const backlog = createBacklog()
  const settledEntry = (entry: AccessEntry): void => {
    waiting.delete(entry)
    backlog.settled(entry)
  }
  const recordAccess = grpcRecordAccess(directory.client, BOOT)
  const direct = counted(
    createAccessQueue({ recordAccess, clock: time.clock, schedule: time.schedule, log, settled: settledEntry }),
    waiting,
  )
  const stream = createStreamRecord({
    direct,
    clock: time.clock,
    isRedisUsable: link.isUsable,
    drained: backlog.remove,
  })
  const record: StreamRecord = {
    ...counted(stream, waiting),
    appended(shard, written, watermark) {
      for (const entry of written.entries) waiting.delete(entry)
      watermarks.push(watermark)
      stream.appended(shard, written, watermark)
    },
  }
  const append = redisAppend(link, BOOT, { lua: SCRIPT, ...bounds })
  const counting: Append = async (shard, requests, riders) => {
    scripts.push({ requests: requests.length, riders: riders.length })
    const answer = await append(shard, requests, riders)
    time.advance(says.scriptMs)
    return answer
  }
  const turnstile = { isShared: () => says.organizations === 'several' }
  const here = redisAdmit({ append: counting, record, clock: time.clock, schedule: time.schedule, log, turnstile })
  link.onAway(record.handOver)
  const there = directoryAdmit(directory.client, BOOT)
  const recorder = createAccessRecorder({
    sequences: createSequences(),
    clock: time.clock,
    log,
    backlog,
    queue: record,
  })
  const drawQuota = directoryQuotas(directory.client, BOOT)
  const quotas = createHeldQuotas({ drawQuota, clock: time.clock, schedule: time.schedule, log })
  const admission = createAdmission({ admit: redisOrDirectory(here, there, log), recorder, quotas, log })

  return {
    admission,
    redis,
    client,
    link,
    directory,
    time,
    scripts,
    watermarks,
    says,
    async advance(ms) {
      time.advance(ms)
      await setTime()
    },
    setTime,
    async streamed() {
      const entries: AccessEntry[] = []
      for (let shard = 0; shard < SHARDS; shard += 1) {
        for (const [, fields] of await client.xrange(accessStreamKey(shard), '-', '+'))
          for (let at = 0; at < fields.length; at += 2)
            if (fields[at] === ACCESS_STREAM.entry)
              for (const line of (fields[at + 1] ?? '').split('\n')) entries.push(readEntryText(line))
      }
      return entries
    },
    async settled() {
      await until(() => {
        if (waiting.size === 0) return true
        time.advance(50)
        return undefined
      })
    },
    async close() {
      here.close()
      real.close()
      await directory.close()
      await redis.drop()
    },
  }
}

function counted<Queue extends AccessQueue>(queue: Queue, waiting: Set<AccessEntry>): Queue {
  const counting = (add: (entry: AccessEntry) => void) => (entry: AccessEntry) => {
    waiting.add(entry)
    add(entry)
  }
  return { ...queue, add: counting(queue.add), addDirect: counting(queue.addDirect) }
}

function unref(timer: NodeJS.Timeout): () => void {
  timer.unref()
  return () => clearTimeout(timer)
}
