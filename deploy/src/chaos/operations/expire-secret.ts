import type { LaneOperation } from './lane-operation.js'

const LIMITS = {
  /** Time for the change itself, before the secret expires. */
  aheadMs: 1_000,
  /** The expiry is computed from several clocks of this machine, each rounded to a millisecond. */
  roundingMs: 100,
} as const

/** Lets the secret expire soon while the load goes on, and then removes the expiry. */
export const EXPIRE_SECRET: LaneOperation = {
  kind: 'expire secret',
  async run({ operate, pause }, lane, { management, awayMs }) {
    const { org, secretId, value } = lane
    const change = {
      kind: 'change expiry',
      target: secretId,
      method: 'PUT',
      path: `${org}/secrets/${secretId}/expiry`,
      audit: { event: 'secret.expiry-changed', target: secretId },
    }
    const endsAtMs = Date.now() + LIMITS.aheadMs
    const body = { expiresAt: new Date(endsAtMs).toISOString() }
    // The value stays valid but has changed, so answers under way may be cut off as by any change of a secret.
    const done = await operate.untilDone(management, { ...change, body, begins: [value] })
    await pause(Math.max(0, endsAtMs + LIMITS.roundingMs - Date.now()))
    // No answer reports the expiry: from that moment the secret must be as unusable as a deleted one. If the time of
    // the run is over first, nothing is claimed.
    if (done !== undefined && Date.now() >= endsAtMs + LIMITS.roundingMs)
      operate.came('secret expired', secretId, [value])
    await pause(awayMs)
    await operate.untilDone(management + 1, { ...change, body: { expiresAt: null }, begins: [value] })
  },
}
