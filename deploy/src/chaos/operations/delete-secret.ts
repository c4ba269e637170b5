import type { LaneOperation } from './lane-operation.js'
import { makeNextSecret, usingSecret } from './next-secret.js'

/** Tries to delete a secret that a service uses. It must be refused and change nothing. */
export const DELETE_SECRET_IN_USE: LaneOperation = {
  kind: 'delete secret in use',
  async run({ operate }, lane, { management }) {
    const path = `${lane.org}/secrets/${lane.secretId}`
    const audit = { event: 'secret.deleted', target: lane.secretId }
    await operate.once(management, {
      kind: 'delete secret in use',
      target: lane.secretId,
      method: 'DELETE',
      path,
      audit,
    })
  },
}

/** Deletes the secret with force, makes another, and has the service use that one. */
export const FORCE_DELETE_SECRET: LaneOperation = {
  kind: 'force-delete secret',
  async run({ operate, origin, pause }, lane, { management, awayMs }) {
    const { org, secretId } = lane
    await operate.untilDone(management, {
      kind: 'force-delete secret',
      target: secretId,
      method: 'DELETE',
      path: `${org}/secrets/${secretId}?force=true`,
      ends: [lane.value],
      audit: { event: 'secret.deleted', target: secretId },
    })
    await pause(awayMs)
    const next = await makeNextSecret({ operate, origin }, lane, management + 1)
    if (next === undefined) return
    lane.secretId = next.id
    lane.secretName = next.name
    lane.value = next.value
    await operate.untilDone(management, usingSecret(lane, next.name))
  },
}
