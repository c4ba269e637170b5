import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../audit/audit-entry.js'
import type { CommitChange } from '../feed/commit-change.js'
import type { TimeRange } from '../http/time-range.js'
import { refuseEnded } from '../people/refuse-ended.js'
import type { EarlySnapshot } from './early-snapshot.js'
import { EXPORT_LIMITS } from './export-limits.js'
import { type ExportSlots, inSlot } from './export-slots.js'

interface PagesDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
  readonly slots: ExportSlots
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** What the routes of exports need. */
export interface ExportDeps extends PagesDeps {
  /**
   * Takes the snapshot that an export reads, before the caller is authenticated and before the export is put on record.
   */
  readonly snapshot: EarlySnapshot
}

/** One table as it is exported: page after page along its key, all from one state of the database. */
export interface Exported<Row, Line> {
  readonly organizationId: string
  /** The event in the audit trail, which records who exported the table, and which range. */
  readonly event: string
  readonly range: TimeRange
  readonly actor: Actor
  /** @param after the last row of the page before, undefined for the first page. */
  read(after: Row | undefined, limit: number): Promise<readonly Row[]>
  present(rows: readonly Row[]): Promise<readonly Line[]>
}

/**
 * The pages of an export. Nothing is done before the first page is requested, and the export ends when its reader stops
 * asking, so memory is bounded however slow the reader is. What the export rests on is checked again for each page, so
 * that the export does not outlive it.
 *
 * @throws Fault RATE_LIMITED at the first page; TOO_LARGE if it took too long; INVALID_TOKEN, NOT_FOUND or FORBIDDEN at
 * the first page that may no longer be read.
 */
export function exportPages<Row, Line>(
  deps: PagesDeps,
  exported: Exported<Row, Line>,
): AsyncGenerator<readonly Line[], void, undefined> {
  const taker = { organizationId: exported.organizationId, userId: exported.actor.id }
  return inSlot(deps.slots, taker, () => pagesOf(deps, exported))
}

async function* pagesOf<Row, Line>(
  { db, commitChange, clock }: PagesDeps,
  exported: Exported<Row, Line>,
): AsyncGenerator<readonly Line[], void, undefined> {
  const { organizationId, event, range, actor } = exported
  const endMs = clock.monotonicMs() + EXPORT_LIMITS.totalMs
  await commitChange(actor, async () => ({
    result: undefined,
    feed: [],
    audit: [{ organizationId, event, targetId: organizationId, details: { ...range } }],
  }))
  let after: Row | undefined
  for (;;) {
    const rows = await exported.read(after, EXPORT_LIMITS.pageRows)
    if (rows.length > 0) yield await exported.present(rows)
    if (rows.length < EXPORT_LIMITS.pageRows) return
    after = rows.at(-1)
    if (clock.monotonicMs() > endMs) throw new Fault('TOO_LARGE', 'an export that took longer than ten minutes')
    if (actor.authority) await refuseEnded(db, actor.authority)
  }
}
