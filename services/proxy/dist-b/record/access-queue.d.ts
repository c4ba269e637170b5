import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import { type Schedule } from '../freshness/schedule.js'
/** Directory.RecordAccess: idempotent, in order. @throws Fault UNAVAILABLE; the entries may have been written. */
export type RecordAccess = (entries: readonly AccessEntry[]) => Promise<void>
/** Entries on their way to the record: kept until they are acknowledged, in order. The bound is the recorder's. */
export interface AccessQueue {
  add(entry: AccessEntry): void
  /** Sends without waiting for company, until all is handed over or the time is up. Answers how many are left. */
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
export declare function createAccessQueue({ recordAccess, clock, schedule, log, settled }: Deps): AccessQueue
