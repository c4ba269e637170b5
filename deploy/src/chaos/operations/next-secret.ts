import { valueFact } from '../history/facts.js'
import { make, newValue, secretBody, WithId } from './furnish.js'
import type { Lane } from './lane.js'
import type { LaneOperationDeps } from './lane-operation.js'
import type { Change } from './operate.js'

/** Makes another secret, which the service does not use yet, and answers which. */
export async function makeNextSecret(
  { operate, origin }: Pick<LaneOperationDeps, 'operate' | 'origin'>,
  lane: Lane,
  management: number,
): Promise<{ id: string; name: string; value: string } | undefined> {
  lane.names += 1
  const name = `${lane.name.toUpperCase()}_${lane.names}`
  const value = newValue()
  const making = { operate, management, org: lane.org, slug: name }
  const made = await make(making, WithId, 'secret', secretBody(name, value, origin), [valueFact(value)])
  return made && { id: made.id, name, value: valueFact(value) }
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
