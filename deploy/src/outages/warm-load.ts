import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../chaos/load/send.js'
import type { Sent } from './figures.js'

const LIMITS = {
  clients: 8,
  /** Pause between two requests of a client, served or not. */
  pauseMs: 20,
} as const

export interface WarmLoadOptions {
  readonly proxies: readonly number[]
  readonly slug: string
  readonly credentials: readonly string[]
}

export interface WarmLoad {
  /** All requests that have been answered, in the order of the answers. */
  readonly sent: readonly Sent[]
  /** Settles with the last answer. */
  stop(): Promise<void>
}

/** Sends the same request again and again, with credentials that both proxies know. Each client uses one proxy. */
export function startWarmLoad({ proxies, slug, credentials }: WarmLoadOptions): WarmLoad {
  const sent: Sent[] = []
  let isOver = false
  async function client(index: number): Promise<void> {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const proxy = index % proxies.length
    const port = proxies[proxy] ?? 0
    const headers = { authorization: `Bearer ${credentials[Math.floor(index / proxies.length) % credentials.length]}` }
    while (!isOver) {
      const { startMs, endMs, status } = await send({ agent, port, path: `/v1/p/${slug}/warm`, method: 'GET', headers })
      sent.push({ proxy, startMs, endMs, status })
      await sleep(LIMITS.pauseMs)
    }
    agent.destroy()
  }
  const clients = Array.from({ length: LIMITS.clients }, (_, index) => client(index))
  return {
    sent,
    async stop() {
      isOver = true
      await Promise.all(clients)
    },
  }
}
