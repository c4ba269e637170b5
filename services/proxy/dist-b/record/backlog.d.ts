import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
export declare const BACKLOG_LIMITS: {
  /**
   * Admitted requests under way and entries not known to be on record, about a kilobyte each. At the bound: 503. Two
   * entries a request, for as long as a drain takes: seconds, at the rate of a core.
   */
  readonly entriesMax: 100000
  /** An organisation's part of it, so that one tenant's requests stop nobody else's. */
  readonly shareMax: 40000
  /** Entries of admissions whose answer was lost. Beyond, the authority is away, and asking it makes more of them. */
  readonly doubtfulMax: 2048
}
/** Counts what is under way and what is not on record yet. */
export interface Backlog {
  /** False at the bounds: then nothing may be admitted. */
  hasRoom(organizationId: string): boolean
  add(organizationId: string): void
  remove(organizationId: string): void
  /** Its answer was lost; counted already. */
  doubtful(entry: AccessEntry): void
  /** The entry is on record. */
  settled(entry: AccessEntry): void
}
export declare function createBacklog(): Backlog
