import type { History } from '../history/history.js'
import type { Evidence } from './evidence.js'
import { findAuditGaps } from './find-audit-gaps.js'
import { findCuts } from './find-cuts.js'
import { findLeftovers } from './find-leftovers.js'
import { findOverLimit } from './find-over-limit.js'
import { findSlowAnswers } from './find-slow-answers.js'
import { findStale } from './find-stale.js'
import { findStrangeAnswers } from './find-strange-answers.js'
import { findUnhealed } from './find-unhealed.js'
import { findUnrecorded } from './find-unrecorded.js'
import type { KnownBounds } from './known-bounds.js'
import type { Violation } from './violation.js'

/** What the rig has set. */
interface Setting extends KnownBounds {
  /** Of all proxies. */
  readonly horizonMs: number
}

/** Everything that was promised and did not hold. Pure: the same history and evidence give the same answer. */
export function checkHistory(history: History, evidence: Evidence, setting: Setting): readonly Violation[] {
  return [
    ...findStale(history),
    ...findUnrecorded(history, evidence.log),
    ...findStrangeAnswers(history, setting),
    ...findCuts(history),
    ...findSlowAnswers(history, setting.horizonMs),
    ...findUnhealed(history),
    ...findOverLimit(history, setting),
    ...findAuditGaps(history.operations, evidence.audit),
    ...findLeftovers(history, evidence),
  ]
}
