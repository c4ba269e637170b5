import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SentRequest } from '../history/history.js'
import { type Credential, dropSessions, type Lane } from '../operations/lane.js'
import type { SeededRandom } from '../schedule/seeded-random.js'
import { send } from './send.js'

export interface LoadOptions {
  /** Operations change the lanes meanwhile. */
  readonly lanes: readonly Lane[]
  readonly proxies: readonly number[]
  readonly random: SeededRandom
  /** Prefix of all paths: with `c` they are `/c0/1` and so on. */
  readonly name: string
  readonly tell: (request: SentRequest) => void
  readonly isOver: () => boolean
}

const LIMITS = {
  clients: 8,
  /** Pause between two requests of a client, because the machine has few cores and the system needs most of them. */
  pauseMs: { from: 5, to: 30 },
  /** Pause after a refusal, which comes at once, so that no client loops without pause. */
  afterRefusalMs: 30,
} as const

/** How many of ten requests carry a credential that was taken away. */
const GHOSTS_OF_TEN = 3

/** Runs clients as closed loops. Settles when the time is over and every client has its last answer. */
export async function runClients(options: LoadOptions): Promise<void> {
  await Promise.all(Array.from({ length: LIMITS.clients }, (_, index) => runClient(options, index)))
}

async function runClient({ lanes, proxies, random, name, tell, isOver }: LoadOptions, index: number): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const mine = random.fork(`client ${index}`)
  const port = proxies[index % proxies.length] ?? 0
  const proxy = `proxy-${(index % proxies.length) + 1}`
  try {
    for (let number = 1; !isOver(); number += 1) {
      const lane = mine.pick(lanes)
      const { token, slug, rests } = pickCredential(lane, mine)
      const path = `/${name}${index}/${number}`
      const headers = { authorization: `Bearer ${token}` }
      const reply = await send({ agent, port, path: `/v1/p/${slug}${path}`, method: 'GET', headers })
      const { body: _, ...answered } = reply
      tell({ type: 'request', kind: 'call', path, proxy, rests, ...answered })
      // Like an app: drops a session that is refused, so that another one is bought.
      if (reply.status === 401) dropSessions(lane, (session) => session.token === token)
      const { from, to } = LIMITS.pauseMs
      await sleep(mine.between(from, to) + (reply.status === 200 ? 0 : LIMITS.afterRefusalMs))
    }
  } finally {
    agent.destroy()
  }
}

function pickCredential({ appToken, sessions, ghosts }: Lane, random: SeededRandom): Credential {
  if (ghosts.length > 0 && random.between(1, 10) <= GHOSTS_OF_TEN) return random.pick(ghosts)
  return random.pick([appToken, ...sessions])
}
