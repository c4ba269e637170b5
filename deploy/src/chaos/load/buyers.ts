import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { fact } from '../history/facts.js'
import type { SentRequest } from '../history/history.js'
import { type DebugToken, type Lane, laneFacts } from '../operations/lane.js'
import type { SessionKeys } from '../operations/rotate-keys.js'
import { send } from './send.js'

export interface BuyersOptions {
  readonly lanes: readonly Lane[]
  readonly proxies: readonly number[]
  readonly keys: Readonly<SessionKeys>
  readonly tell: (request: SentRequest) => void
  readonly isOver: () => boolean
}

const LIMITS = {
  sessionsPerLane: 3,
  /** Purchases are limited to 120 a minute for each address, and all clients share one. */
  everyMs: 700,
} as const

const Bought = z.object({ token: z.string(), device: z.string() })
const Claims = z.object({ jti: z.string() })

/** Buys sessions for lanes that have too few, one at a time over all lanes. Settles when the time is over. */
export async function runBuyers(options: BuyersOptions): Promise<void> {
  const { lanes, isOver } = options
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  try {
    for (let turn = 0; !isOver(); turn += 1) {
      const poorest = [...lanes].sort((one, other) => one.sessions.length - other.sessions.length)[0]
      if (!options.keys.isChanging && poorest !== undefined && poorest.sessions.length < LIMITS.sessionsPerLane)
        await buy(options, poorest, agent, turn)
      await sleep(LIMITS.everyMs)
    }
  } finally {
    agent.destroy()
  }
}

async function buy({ proxies, keys, tell }: BuyersOptions, lane: Lane, agent: http.Agent, turn: number): Promise<void> {
  const debugToken = lane.debugTokens[turn % Math.max(1, lane.debugTokens.length)]
  if (debugToken === undefined) return
  const { slug } = lane
  const facts = laneFacts(lane)
  const keysBefore = keys.replaced
  const at = turn % proxies.length
  const headers = { 'content-type': 'application/json' }
  const path = '/v1/attest/debug'
  const body = JSON.stringify({ token: debugToken.token })
  const reply = await send({ agent, port: proxies[at] ?? 0, path, method: 'POST', headers, body })
  const { body: _, ...answered } = reply
  // A session does not rest on a service or a link, because it is valid for everything that its app may use.
  const rests = [...facts.slice(0, 2), fact('debug-token', debugToken.id)]
  const request = { type: 'request', kind: 'buy', proxy: `proxy-${at + 1}`, path: `/buy/${turn}` } as const
  tell({ ...request, rests, ...answered })
  // If signing keys were replaced meanwhile, it is unknown which key signed the session, so it is not used.
  if (reply.status !== 200 || keys.isChanging || keys.replaced !== keysBefore) return
  hold(lane, { reply: Bought.parse(JSON.parse(reply.body)), slug, facts, debugToken, keysBefore })
}

interface Purchase {
  readonly reply: z.output<typeof Bought>
  readonly slug: string
  readonly facts: readonly string[]
  readonly debugToken: DebugToken
  readonly keysBefore: number
}

/** An operation may have taken away what was just bought. Such a session becomes a ghost and is tried as one. */
function hold(lane: Lane, { reply, slug, facts, debugToken, keysBefore }: Purchase): void {
  const { token, device } = reply
  const { jti } = Claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')))
  const rests = [
    ...facts,
    fact('session', jti),
    fact('device', device),
    fact('debug-token', debugToken.id),
    fact('session-keys', String(keysBefore)),
  ]
  lane.sessions.push({ id: jti, token, device, debugToken: debugToken.id, slug, rests })
}
