import type { LaneOperation } from './lane-operation.js'
import { makeNextSecret, usingSecret } from './next-secret.js'

/** Has the service use another secret, and deletes the former one without force, because nothing uses it any more. */
export const RETIRE_SECRET: LaneOperation = {
  kind: 'retire secret',
  async run(deps, lane, { management }) {
    const { operate } = deps
    const { org, secretId, value } = lane
    const next = await makeNextSecret(deps, lane, management)
    if (next === undefined) return
    const changed = await operate.untilDone(management + 1, { ...usingSecret(lane, next.name), ends: [value] })
    lane.secretId = next.id
    lane.secretName = next.name
    lane.value = next.value
    if (changed === undefined) return
    await operate.untilDone(management, {
      kind: 'delete secret',
      target: secretId,
      method: 'DELETE',
      path: `${org}/secrets/${secretId}`,
      ends: [value],
      audit: { event: 'secret.deleted', target: secretId },
    })
  },
}
