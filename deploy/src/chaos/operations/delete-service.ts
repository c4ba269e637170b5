import { fact } from '../history/facts.js'
import { link, makeService } from './furnish.js'
import { type Credential, haunt, type Lane, laneFacts } from './lane.js'
import type { LaneOperation } from './lane-operation.js'

/** Deletes the service, which clients go on asking for, and makes another that uses the same secret. */
export const DELETE_SERVICE: LaneOperation = {
  kind: 'delete service',
  async run({ operate, origin, pause }, lane, { management, awayMs }) {
    const { org, serviceId, secretName, appToken, sessions } = lane
    await operate.untilDone(management, {
      kind: 'delete service',
      target: serviceId,
      method: 'DELETE',
      path: `${org}/services/${serviceId}`,
      ends: [fact('service', serviceId)],
      audit: { event: 'service.deleted', target: serviceId },
    })
    haunt(lane, [...sessions, appToken])
    await pause(awayMs)
    lane.names += 1
    const slug = `${lane.name}-${lane.names}`
    const making = { operate, management: management + 1, org, slug }
    const made = await makeService(making, { baseUrl: origin, secretName, limits: [] })
    if (made === undefined) return
    const next = { ...lane, serviceId: made.id, slug }
    if (await link(operate, next, management)) turnTo(lane, next)
  },
}

const OF_SERVICE = ['service:', 'paths:', 'link:'] as const

function isOfService(rest: string): boolean {
  return OF_SERVICE.some((kind) => rest.startsWith(kind))
}

/** The lane's credentials are valid for all services of its app: from now on they are sent to the new one. */
function turnTo(lane: Lane, { serviceId, slug, linkId }: Lane): void {
  Object.assign(lane, { serviceId, slug, linkId })
  const facts = laneFacts(lane).filter(isOfService)
  const turned = <T extends Credential>(credential: T): T => {
    return { ...credential, slug, rests: [...facts, ...credential.rests.filter((rest) => !isOfService(rest))] }
  }
  lane.appToken = turned(lane.appToken)
  lane.sessions = lane.sessions.map(turned)
}
