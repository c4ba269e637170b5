import { fact } from '../history/facts.js'
import { addDebugTokens, link, makeApp } from './furnish.js'
import { haunt, laneFacts } from './lane.js'
import type { LaneOperation } from './lane-operation.js'

/** Deletes the app with all of its credentials, and makes another. */
export const DELETE_APP: LaneOperation = {
  kind: 'delete app',
  async run({ operate, pause }, lane, { management, awayMs }) {
    const { org, appId, appToken, sessions } = lane
    await operate.untilDone(management, {
      kind: 'delete app',
      target: appId,
      method: 'DELETE',
      path: `${org}/apps/${appId}`,
      ends: [fact('app', appId)],
      audit: { event: 'app.deleted', target: appId },
    })
    haunt(lane, [...sessions, appToken])
    await pause(awayMs)
    lane.names += 1
    const slug = `${lane.name}-app-${lane.names}`
    const made = await makeApp({ operate, management: management + 1, org, slug }, [])
    if (made === undefined) return
    lane.appId = made.id
    lane.sessions = []
    lane.debugTokens = []
    if (!(await link(operate, lane, management))) return
    const rests = [...laneFacts(lane), fact('app-token', `${made.id}/${lane.names}`)]
    lane.appToken = { token: made.token, slug: lane.slug, rests }
    await addDebugTokens(operate, lane, management)
  },
}
