import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import { createOwnerCounts } from '@protectmyapi/service-kit/fairness/owner-counts'

export const BACKLOG_LIMITS = {
  /**
   * Admitted requests under way and entries not known to be on record, about a kilobyte each. At the bound: 503. A
   * request has two entries for as long as a drain takes, which is seconds at the rate of a core.
   */
  entriesMax: 100_000,
  /**
   * An organization's share, which is never more than what is left for all others. So one tenant's requests stop nobody
   * else's, and three tenants' do not stop a fourth's: if n organizations take all they can, each has an (n + 1)th, and
   * an (n + 1)th is left over.
   */
  shareMax: 40_000,
  /**
   * Entries of admissions whose answer was lost. Beyond that the authority is away, and asking it would only make more
   * of them.
   */
  doubtfulMax: 2_048,
  /**
   * An organization's share of those. Many are lost at once, and what exceeds the share does not count towards the
   * common bound.
   */
  doubtfulShareMax: 512,
} as const

/** Counts what is under way and what is not on record yet. */
export interface Backlog {
  /** False at the bounds: then nothing may be admitted. */
  hasRoom(organizationId: string): boolean
  add(organizationId: string): void
  remove(organizationId: string): void
  /** The entry's answer was lost. The entry itself has been counted already. */
  doubtful(entry: AccessEntry): void
  /** The entry is on record. */
  settled(entry: AccessEntry): void
  /** Sizes over all organizations. */
  sizes(): { readonly entries: number; readonly doubtful: number }
}

export function createBacklog(): Backlog {
  const counts = createOwnerCounts()
  const doubtful = new Set<AccessEntry>()
  const doubts = createOwnerCounts()
  /** Doubtful entries within their organizations' shares. */
  let doubtsShared = 0

  return {
    hasRoom: (organizationId) =>
      counts.of(organizationId) < Math.min(BACKLOG_LIMITS.shareMax, BACKLOG_LIMITS.entriesMax - counts.total) &&
      doubts.of(organizationId) < BACKLOG_LIMITS.doubtfulShareMax &&
      doubtsShared < BACKLOG_LIMITS.doubtfulMax,
    add: counts.add,
    remove: counts.remove,
    doubtful(entry) {
      const organizationId = entry.organizationId ?? ''
      if (doubts.of(organizationId) < BACKLOG_LIMITS.doubtfulShareMax) doubtsShared += 1
      doubts.add(organizationId)
      doubtful.add(entry)
    },
    sizes: () => ({ entries: counts.total, doubtful: doubtful.size }),
    settled(entry) {
      const organizationId = entry.organizationId ?? ''
      if (doubtful.delete(entry)) {
        doubts.remove(organizationId)
        if (doubts.of(organizationId) < BACKLOG_LIMITS.doubtfulShareMax) doubtsShared -= 1
      }
      counts.remove(organizationId)
    },
  }
}
