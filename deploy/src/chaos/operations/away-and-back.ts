import { fact } from '../history/facts.js'
import { link } from './furnish.js'
import type { Lane } from './lane.js'
import type { LaneOperation } from './lane-operation.js'
import type { Change } from './operate.js'

/** Takes something away, lets clients go on using it for a while, and gives it back. */
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

/** Deletes the link, and makes another. */
export const UNLINK: LaneOperation = {
  kind: 'unlink',
  async run({ operate, pause }, lane, { management, awayMs }) {
    const { slug, serviceId, linkId } = lane
    await operate.untilDone(management, {
      kind: 'unlink',
      target: slug,
      method: 'DELETE',
      path: `${appPath(lane)}/links/${serviceId}`,
      ends: [linkOf(lane)],
      ...(linkId === '' ? {} : { audit: { event: 'link.deleted', target: linkId } }),
    })
    await pause(awayMs)
    await link(operate, lane, management + 1)
  },
}

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

/** Allows only a path that clients do not ask for, and then all paths again. */
export const NARROW_PATHS = awayAndBack(
  'narrow paths',
  (lane) => paths(lane, ['/elsewhere/**']),
  (lane) => paths(lane, []),
)

function paths(lane: Lane, open: readonly string[]): Change {
  const about = [fact('paths', lane.serviceId)]
  return {
    kind: open.length === 0 ? 'widen paths' : 'narrow paths',
    target: lane.serviceId,
    method: 'PATCH',
    path: servicePath(lane),
    body: { paths: open },
    ...(open.length === 0 ? { begins: about } : { ends: about }),
    audit: { event: 'service.updated', target: lane.serviceId },
  }
}

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
