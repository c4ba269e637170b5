import type { Logger } from '@protectmyapi/service-kit/log'
import type { AccessRecorder, AdmittedEntry } from '../record/access-recorder.js'
import type { Admission, Limited } from './admission.js'
import { type LimitBucket } from './buckets.js'
/** One request of a batch. */
export interface AdmitItem {
  readonly entry: AdmittedEntry
  readonly buckets: readonly LimitBucket[]
}
/** What became of it: written, or not. */
export type AdmitOutcome =
  | {
      readonly admitted: true
    }
  | {
      readonly admitted: false
      readonly limited: Limited
    }
/** Directory.Admit: one committed transaction, outcomes in the order of the items. When it throws, nothing is known. */
export type Admit = (items: readonly AdmitItem[]) => Promise<readonly AdmitOutcome[]>
interface Deps {
  readonly admit: Admit
  readonly recorder: AccessRecorder
  readonly log: Logger
  /** Runs at the end of this event-loop turn. */
  readonly endOfTurn?: (run: () => void) => void
}
/** Admission without Redis: all who come in one turn of the event loop share a call. */
export declare function createDirectoryAdmission({ admit, recorder, log, endOfTurn }: Deps): Admission & {
  /** Nobody is let in any more. Settles when the last call under way has been answered. */
  close(): Promise<void>
}
