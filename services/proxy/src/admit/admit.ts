import type { AdmittedEntry } from '../record/access-recorder.js'
import type { Limited } from './admission.js'
import type { LimitBucket } from './buckets.js'

/** One request to be admitted: its entry, and the buckets from each of which it draws one unit. */
export interface AdmitItem {
  readonly entry: AdmittedEntry
  readonly buckets: readonly LimitBucket[]
}

export type AdmitOutcome =
  | {
      readonly admitted: true
      /** False where the entry is written but has to be kept until it is known to be drained. */
      readonly onRecord: boolean
    }
  | {
      readonly admitted: false
      readonly limited: Limited
      /**
       * Another authority was asked first and its answer was lost, so the entry may be on record although this one
       * refused.
       */
      readonly doubtful: boolean
    }

/**
 * One authority over admission. It draws limits and durably writes the entry before it answers, and is idempotent on
 * the entry's place. When it throws, the outcome is unknown: the entry may have been written, and limits may have been
 * drawn.
 */
export type Admit = (item: AdmitItem) => Promise<AdmitOutcome>

/** The organization whose share of a call the item takes. */
export const ownerOf = ({ entry }: AdmitItem): string => entry.organizationId
