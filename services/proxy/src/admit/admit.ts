import type { AdmittedEntry } from '../record/access-recorder.js'
import type { Limited } from './admission.js'
import type { LimitBucket } from './buckets.js'

/** One request that wants to be admitted: its entry, and the buckets that it draws one unit from each. */
export interface AdmitItem {
  readonly entry: AdmittedEntry
  readonly buckets: readonly LimitBucket[]
}

export type AdmitOutcome =
  | {
      readonly admitted: true
      /** False where it is written, and yet has to be kept until it is known to be drained. */
      readonly onRecord: boolean
    }
  | {
      readonly admitted: false
      readonly limited: Limited
      /** Another authority was asked before and its answer was lost: the entry may be on record all the same. */
      readonly doubtful: boolean
    }

/**
 * One authority over admission. Limits are drawn and the entry is written, durably, before it answers; idempotent on
 * the entry's place. When it throws, nothing is known: the entry may have been written, and limits may have been drawn.
 */
export type Admit = (item: AdmitItem) => Promise<AdmitOutcome>

/** Whose share of a call it takes. */
export const ownerOf = ({ entry }: AdmitItem): string => entry.organizationId
