import { z } from 'zod'
import { valueFact } from '../history/facts.js'
import { newValue, secretBody } from './furnish.js'
import type { LaneOperation } from './lane-operation.js'

const WithId = z.object({ id: z.string() })

/** What services use is not deleted: nothing may come of it. */
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

/** Deletes the secret all the same, makes another, and has the service use that one. */
export const FORCE_DELETE_SECRET: LaneOperation = {
  kind: 'force-delete secret',
  async run({ operate, origin, pause }, lane, { management, awayMs }) {
    const { org, secretId, serviceId } = lane
    await operate.untilDone(management, {
      kind: 'force-delete secret',
      target: secretId,
      method: 'DELETE',
      path: `${org}/secrets/${secretId}?force=true`,
      ends: [lane.value],
      audit: { event: 'secret.deleted', target: secretId },
    })
    await pause(awayMs)
    lane.names += 1
    const name = `${lane.name.toUpperCase()}_${lane.names}`
    const value = newValue()
    const made = await operate.untilDone(management + 1, {
      kind: 'create secret',
      target: name,
      method: 'POST',
      path: `${org}/secrets`,
      body: secretBody(name, value, origin),
      begins: [valueFact(value)],
      audit: { event: 'secret.created' },
    })
    const secret = WithId.safeParse(made?.body).data
    if (secret === undefined) return
    lane.secretId = secret.id
    lane.secretName = name
    lane.value = valueFact(value)
    await operate.untilDone(management, {
      kind: 'change service',
      target: serviceId,
      method: 'PATCH',
      path: `${org}/services/${serviceId}`,
      body: { auth: { type: 'bearer', secret: name } },
      audit: { event: 'service.updated', target: serviceId },
    })
  },
}
