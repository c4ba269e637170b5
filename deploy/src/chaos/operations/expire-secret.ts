import type { LaneOperation } from './lane-operation.js'

const LIMITS = {
  /** Time for the change itself, before the end comes. */
  aheadMs: 1_000,
  /** An end is counted from readings of several clocks of this machine, each rounded to a millisecond. */
  roundingMs: 100,
} as const

/** Gives the secret an end that comes soon, lets the load run over it, and takes the end away again. */
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
    // It holds on, changed: answers under way are ended as by any change of a secret.
    const done = await operate.untilDone(management, { ...change, body, begins: [value] })
    await pause(Math.max(0, endsAtMs + LIMITS.roundingMs - Date.now()))
    // No answer says so: from its end on it is as dead as one that was deleted. Where the time is over it may not be yet.
    if (done !== undefined && Date.now() >= endsAtMs + LIMITS.roundingMs)
      operate.came('secret expired', secretId, [value])
    await pause(awayMs)
    await operate.untilDone(management + 1, { ...change, body: { expiresAt: null }, begins: [value] })
  },
}
