import { z } from 'zod'
import { fact } from '../history/facts.js'
import { addDebugToken } from './furnish.js'
import { dropSessions, haunt, type Lane, laneFacts } from './lane.js'
import { type LaneOperation, pickBy } from './lane-operation.js'
import type { Change } from './operate.js'

/** Revokes something for good: clients buy another, and ghosts go on using what they have. */
function revoke(lane: Lane, what: 'session' | 'device' | 'debug-token', id: string): Change {
  return {
    kind: `revoke ${what}`,
    target: id,
    method: 'DELETE',
    path: `${lane.org}/apps/${lane.appId}/${what}s/${id}`,
    ends: [fact(what, id)],
    audit: { event: `${what}.revoked`, target: id },
  }
}

export const REVOKE_SESSION: LaneOperation = {
  kind: 'revoke session',
  async run({ operate }, lane, { management, which }) {
    const session = pickBy(lane.sessions, which)
    if (session === undefined) return
    await operate.untilDone(management, revoke(lane, 'session', session.id))
    dropSessions(lane, ({ id }) => id === session.id)
  },
}

export const REVOKE_DEVICE: LaneOperation = {
  kind: 'revoke device',
  async run({ operate }, lane, { management, which }) {
    const device = pickBy(lane.sessions, which)?.device
    if (device === undefined) return
    await operate.untilDone(management, revoke(lane, 'device', device))
    dropSessions(lane, (session) => session.device === device)
  },
}

export const REVOKE_DEBUG_TOKEN: LaneOperation = {
  kind: 'revoke debug token',
  async run({ operate }, lane, { management, which }) {
    const token = pickBy(lane.debugTokens, which)
    if (token === undefined) return
    await operate.untilDone(management, revoke(lane, 'debug-token', token.id))
    lane.debugTokens = lane.debugTokens.filter(({ id }) => id !== token.id)
    dropSessions(lane, (session) => session.debugToken === token.id)
    await addDebugToken(operate, lane, management)
  },
}

const WithToken = z.object({ token: z.string() })

export const REPLACE_APP_TOKEN: LaneOperation = {
  kind: 'replace app token',
  async run({ operate }, lane, { management }) {
    const before = lane.appToken
    const ends = before.rests.filter((rest) => rest.startsWith('app-token:'))
    const change = {
      kind: 'replace app token',
      target: lane.appId,
      method: 'POST',
      path: `${lane.org}/apps/${lane.appId}/token`,
      audit: { event: 'app.token-replaced', target: lane.appId },
    }
    // Each try makes another token. The one that the last answer names is in force, and the one from before the first
    // try is not.
    const done = await operate.untilDone(management, { ...change, ends })
    const made = WithToken.safeParse(done?.body).data
    if (made === undefined) return
    lane.names += 1
    haunt(lane, [before])
    const rests = [...laneFacts(lane), fact('app-token', `${lane.appId}/${lane.names}`)]
    lane.appToken = { token: made.token, slug: lane.slug, rests }
  },
}
