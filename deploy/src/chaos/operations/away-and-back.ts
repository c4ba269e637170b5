import { fact } from '../history/facts.js'
import type { Lane } from './lane.js'
import type { LaneOperation } from './lane-operation.js'
import type { Change } from './operate.js'

/** Takes something away, lets the load run into it, and gives it back. */
function awayAndBack(kind: string, away: (lane: Lane) => Change, back: (lane: Lane) => Change): LaneOperation {
  return {
    kind,
    async run({ operate, pause }, lane, { management, awayMs }) {
      await operate.untilDone(management, away(lane))
      await pause(awayMs)
      await operate.untilDone(management + 1, back(lane))
    },
  }
}

const appPath = ({ org, appId }: Lane): string => `${org}/apps/${appId}`
const servicePath = ({ org, serviceId }: Lane): string => `${org}/services/${serviceId}`
const linkOf = ({ appId, serviceId }: Lane): string => fact('link', `${appId}/${serviceId}`)

export const UNLINK = awayAndBack(
  'unlink',
  (lane) => ({
    kind: 'unlink',
    target: lane.slug,
    method: 'DELETE',
    path: `${appPath(lane)}/links/${lane.serviceId}`,
    ends: [linkOf(lane)],
  }),
  (lane) => ({
    kind: 'link',
    target: lane.slug,
    method: 'PUT',
    path: `${appPath(lane)}/links/${lane.serviceId}`,
    begins: [linkOf(lane)],
  }),
)

export const DISABLE_APP = awayAndBack(
  'disable app',
  (lane) => enabled('app', lane.appId, appPath(lane), false),
  (lane) => enabled('app', lane.appId, appPath(lane), true),
)

export const DISABLE_SERVICE = awayAndBack(
  'disable service',
  (lane) => enabled('service', lane.serviceId, servicePath(lane), false),
  (lane) => enabled('service', lane.serviceId, servicePath(lane), true),
)

function enabled(what: 'app' | 'service', id: string, path: string, is: boolean): Change {
  const about = [fact(what, id)]
  return {
    kind: is ? `enable ${what}` : `disable ${what}`,
    target: id,
    method: 'PATCH',
    path,
    body: { enabled: is },
    ...(is ? { begins: about } : { ends: about }),
    audit: { event: `${what}.updated`, target: id },
  }
}
