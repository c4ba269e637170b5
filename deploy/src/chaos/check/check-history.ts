import type { History } from '../history/history.js'
import type { Evidence } from './evidence.js'
import { findAuditGaps } from './find-audit-gaps.js'
import { findLeftovers } from './find-leftovers.js'
import { findOverLimit, type KnownLimit } from './find-over-limit.js'
import { findStale } from './find-stale.js'
import { findStrangeAnswers } from './find-strange-answers.js'
import { findUnrecorded } from './find-unrecorded.js'
import type { Violation } from './violation.js'

/** Everything that was promised and did not hold. Pure: the same history and evidence give the same answer. */
export function checkHistory(
  history: History,
  evidence: Evidence,
  limits: readonly KnownLimit[] = [],
): readonly Violation[] {
  return [
    ...findStale(history),
    ...findUnrecorded(history, evidence.log),
    ...findStrangeAnswers(history),
    ...findOverLimit(history, limits),
    ...findAuditGaps(history.operations, evidence.audit),
    ...findLeftovers(evidence),
  ]
}
