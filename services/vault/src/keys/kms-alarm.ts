import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { KMS_FAULTS, KmsFault, type KmsFaultKind } from './kms-fault.js'

const LIMITS = {
  /** Between two lines of the same kind: with many organizations cold, each call fails. */
  everyMs: 60_000,
} as const

/** Tells what is wrong with the KMS and how it is mended, once a minute for each kind: an error where it will not pass. */
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
