export const BACKLOG_LIMITS = {
  /**
   * Admitted requests under way and entries not known to be on record, about a kilobyte each. At the bound: 503. Two
   * entries a request, for as long as a drain takes: seconds, at the rate of a core.
   */
  entriesMax: 100_000,
  /** An organisation's part of it, so that one tenant's requests stop nobody else's. */
  shareMax: 40_000,
  /** Entries of admissions whose answer was lost. Beyond, the authority is away, and asking it makes more of them. */
  doubtfulMax: 2_048,
}
export function createBacklog() {
  const byOrganization = new Map()
  const doubtful = new Set()
  let total = 0
  function count(organizationId, by) {
    const now = (byOrganization.get(organizationId) ?? 0) + by
    if (now === 0) byOrganization.delete(organizationId)
    else byOrganization.set(organizationId, now)
    total += by
  }
  return {
    hasRoom: (organizationId) =>
      total < BACKLOG_LIMITS.entriesMax &&
      (byOrganization.get(organizationId) ?? 0) < BACKLOG_LIMITS.shareMax &&
      doubtful.size < BACKLOG_LIMITS.doubtfulMax,
    add: (organizationId) => count(organizationId, 1),
    remove: (organizationId) => count(organizationId, -1),
    doubtful: (entry) => void doubtful.add(entry),
    settled(entry) {
      doubtful.delete(entry)
      count(entry.organizationId ?? '', -1)
    },
  }
}
//# sourceMappingURL=backlog.js.map
