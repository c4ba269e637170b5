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

/** Settings of the rig. */
interface Setting extends KnownBounds {
  /** The horizon of all proxies. */
  readonly horizonMs: number
}

/** Every promise that was broken. Pure: the same history and evidence give the same answer. */
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
