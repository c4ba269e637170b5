import { z } from 'zod'
import { fact } from '../history/facts.js'
import { type FurnishOptions, furnish } from './furnish.js'
import { haunt, type Lane } from './lane.js'
import type { LaneOperation } from './lane-operation.js'
import type { Operate } from './operate.js'

const WithId = z.object({ id: z.string() })

/** Deletes the lane's organization with everything in it, and sets up another. */
export const DELETE_ORGANIZATION: LaneOperation = {
  kind: 'delete organization',
  async run({ operate, origin, pause }, lane, { management, awayMs }) {
    const { org, orgId, sessions, appToken } = lane
    await operate.untilDone(management, {
      kind: 'delete organization',
      target: orgId,
      method: 'DELETE',
      path: org,
      ends: [fact('org', orgId)],
      audit: { event: 'organization.deleted', target: orgId },
    })
    haunt(lane, [...sessions, appToken])
    await pause(awayMs)
    const made = await anotherLane(operate, { name: lane.name, origin, management, number: lane.names + 1 })
    if (made !== undefined) Object.assign(lane, made, { ghosts: lane.ghosts })
  },
}

/** Makes a lane in an organization of its own. Undefined where the time ended meanwhile. */
export async function anotherLane(
  operate: Operate,
  options: Omit<FurnishOptions, 'operate' | 'organizationId'>,
): Promise<Lane | undefined> {
  const { name, management, number } = options
  const made = await operate.untilDone(management, {
    kind: 'create organization',
    target: name,
    method: 'POST',
    path: '/orgs',
    body: { name: `${name} ${number}` },
    audit: { event: 'organization.created' },
  })
  const organizationId = WithId.safeParse(made?.body).data?.id
  return organizationId === undefined ? undefined : furnish({ ...options, operate, organizationId })
}
