import { z } from 'zod'
import { valueFact } from '../history/facts.js'
import { newValue, secretBody } from './furnish.js'
import type { Lane } from './lane.js'
import type { LaneOperationDeps } from './lane-operation.js'
import type { Change } from './operate.js'

const WithId = z.object({ id: z.string() })

/** Makes another secret, and says which: the lane knows its name and its value from now on, and the service does not yet. */
export async function makeNextSecret(
  { operate, origin }: Pick<LaneOperationDeps, 'operate' | 'origin'>,
  lane: Lane,
  management: number,
): Promise<{ id: string; name: string; value: string } | undefined> {
  lane.names += 1
  const name = `${lane.name.toUpperCase()}_${lane.names}`
  const value = newValue()
  const made = await operate.untilDone(management, {
    kind: 'create secret',
    target: name,
    method: 'POST',
    path: `${lane.org}/secrets`,
    body: secretBody(name, value, origin),
    begins: [valueFact(value)],
    audit: { event: 'secret.created' },
  })
  const id = WithId.safeParse(made?.body).data?.id
  return id === undefined ? undefined : { id, name, value: valueFact(value) }
}

/** Has the service use the secret of that name. */
export function usingSecret({ org, serviceId }: Lane, secret: string): Change {
  return {
    kind: 'change service',
    target: serviceId,
    method: 'PATCH',
    path: `${org}/services/${serviceId}`,
    body: { auth: { type: 'bearer', secret } },
    audit: { event: 'service.updated', target: serviceId },
  }
}
