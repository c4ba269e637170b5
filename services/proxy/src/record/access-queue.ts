import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { jittered, type Schedule } from '../freshness/schedule.js'

const LIMITS = {
  /** The most that Directory.RecordAccess takes in one call. */
  batchMax: 1_000,
  /** How long an entry waits for others to share its call. */
  gatherMs: 50,
  /** Between attempts while management is away. */
  backoffFirstMs: 100,
  backoffMaxMs: 2_000,
} as const

/** Directory.RecordAccess: idempotent, in order. @throws Fault UNAVAILABLE; the entries may have been written. */
export type RecordAccess = (entries: readonly AccessEntry[]) => Promise<void>

/**
 * Entries on their way to the record, kept in order until they are acknowledged. The recorder bounds how many there
 * are.
 */
export interface AccessQueue {
  add(entry: AccessEntry): void
  /** Sends the entry to management, even where there is another way. */
  addDirect(entry: AccessEntry): void
  /** Sends without waiting for more entries, until all are handed over or the time is up. Returns how many are left. */
  drain(graceMs: number): Promise<number>
}

interface Deps {
  readonly recordAccess: RecordAccess
  readonly clock: Clock
  readonly schedule: Schedule
  readonly log: Logger
  /** Called for each entry that is on record. */
  readonly settled: (entry: AccessEntry) => void
}

export function createAccessQueue({ recordAccess, clock, schedule, log, settled }: Deps): AccessQueue {
  const queue: AccessEntry[] = []
  let sending: Promise<boolean> | undefined
  let cancelTimer: (() => void) | undefined
  let failures = 0

  function add(entry: AccessEntry): void {
    queue.push(entry)
    if (queue.length >= LIMITS.batchMax && failures === 0) void send()
    else wake(LIMITS.gatherMs)
  }

  function wake(delayMs: number): void {
    cancelTimer ??= schedule(() => {
      cancelTimer = undefined
      void send()
    }, delayMs)
  }

  function sleep(): void {
    cancelTimer?.()
    cancelTimer = undefined
  }

  /** One call at a time keeps the order. Resolves to whether the entries were accepted. */
  function send(): Promise<boolean> {
    sending ??= sendBatch().finally(() => {
      sending = undefined
      if (queue.length > 0) wake(failures > 0 ? backoffMs() : queue.length >= LIMITS.batchMax ? 0 : LIMITS.gatherMs)
    })
    return sending
  }

  async function sendBatch(): Promise<boolean> {
    const batch = queue.slice(0, LIMITS.batchMax)
    if (batch.length === 0) return true
    try {
      await recordAccess(batch)
    } catch (err) {
      failures += 1
      if (failures === 1)
        log.warn({ err, waiting: queue.length }, 'access entries could not be recorded: they are kept and sent again')
      return false
    }
    failures = 0
    queue.splice(0, batch.length)
    batch.forEach(settled)
    return true
  }

  function backoffMs(): number {
    return jittered(Math.min(LIMITS.backoffMaxMs, LIMITS.backoffFirstMs * 2 ** Math.min(failures - 1, 10)))
  }

  async function drain(graceMs: number): Promise<number> {
    const endsAt = clock.monotonicMs() + graceMs
    sleep()
    while (queue.length > 0 && clock.monotonicMs() < endsAt) {
      if (!(await withinMs(send(), endsAt - clock.monotonicMs()))) await pause(LIMITS.backoffFirstMs)
    }
    sleep()
    return queue.length
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => void schedule(resolve, ms))

  /** False when the time is up first. */
  function withinMs(work: Promise<boolean>, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = schedule(() => resolve(false), ms)
      void work.then((taken) => {
        cancel()
        resolve(taken)
      })
    })
  }

  return { add, addDirect: add, drain }
}
