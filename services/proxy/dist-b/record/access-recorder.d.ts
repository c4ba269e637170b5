import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { AccessSubject } from '@protectmyapi/protos/generated/directory/v1/AccessSubject'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { type FaultCode } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { AccessQueue } from './access-queue.js'
import type { Backlog } from './backlog.js'
import type { Ticket } from './recorder.js'
import type { Sequences } from './sequences.js'
/** An admitted entry that may have been written. */
export interface AdmittedEntry extends AccessEntry {
  readonly organizationId: string
  readonly requestId: string
  readonly shard: number
  readonly sequence: number
  readonly subject: AccessSubject
}
/** Makes entries, and keeps count of what is not on record yet. */
export interface AccessRecorder {
  /** False at the bounds: then nothing may be admitted. */
  hasRoom(organizationId: string): boolean
  admittedEntry(organizationId: string, requestId: string, subject: AccessSubject): AdmittedEntry
  /**
   * The entry was written.
   *
   * @param onRecord false where it is kept until it is known to be drained: the queue says when that is.
   */
  admitted(entry: AdmittedEntry, onRecord: boolean): Ticket
  /** Certainly not written: its place is free again, for the next entry of its shard. */
  refused(entry: AdmittedEntry): void
  /** The answer was lost: it is put on record, if it is not there already, and then voided. */
  doubtful(entry: AdmittedEntry, code: FaultCode): void
  /** Closes places that were given back and not taken since: a gap holds the drained watermark back. */
  tend(): void
  /** Hands over what is left. Answers how many entries could not be. */
  drain(graceMs: number): Promise<number>
}
interface Deps {
  readonly sequences: Sequences
  readonly clock: Pick<Clock, 'wallMs'>
  readonly log: Logger
  readonly backlog: Backlog
  /** Settles entries with the same backlog. */
  readonly queue: AccessQueue
}
export declare function createAccessRecorder({ sequences, clock, log, backlog, queue }: Deps): AccessRecorder
