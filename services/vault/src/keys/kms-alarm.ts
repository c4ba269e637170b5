import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { KMS_FAULTS, KmsFault, type KmsFaultKind } from './kms-fault.js'

const LIMITS = {
  /** Time between two lines of the same kind: while many organizations are cold, each of their calls fails. */
  everyMs: 60_000,
} as const

/**
 * Logs what is wrong with the KMS and how to fix it, once a minute for each kind; as an error if it will not pass by
 * itself.
 */
export function kmsAlarm({ log, clock }: { readonly log: Logger; readonly clock: Clock }): (thrown: unknown) => void {
  const toldMs = new Map<KmsFaultKind, number>()
  return (thrown) => {
    if (!(thrown instanceof KmsFault)) return
    const { kind } = thrown
    const nowMs = clock.monotonicMs()
    if (nowMs - (toldMs.get(kind) ?? -Infinity) < LIMITS.everyMs) return
    toldMs.set(kind, nowMs)
    const { alarm, mend } = KMS_FAULTS[kind]
    log[alarm ? 'error' : 'warn']({ event: 'kms.fault', kind, err: thrown }, mend)
  }
}
