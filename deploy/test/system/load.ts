import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '@protectmyapi/dev-kit/until'
import { Agent, request } from 'undici'

const LIMITS = {
  connections: 32,
  /** A refusal comes at once: nobody spins on it. */
  afterRefusalMs: 20,
  /** Until the first request has come through. */
  beginMs: 20_000,
  /** No load outlives its test. */
  requestsMax: 200_000,
} as const

/** What one request of a load saw. */
export interface Seen {
  /** Before it was sent, by `performance.now()`. */
  readonly startedMs: number
  /** 0 where the connection was cut. */
  readonly status: number
  readonly requestId: string
  readonly body: string
}

export interface Load {
  /** Each connection keeps to one of them. */
  readonly proxies: readonly string[]
  readonly token: string
  /** Of the request with this number; numbers are given once. */
  readonly path: (number: number) => string
}

/** Runs requests without a pause until `work` is done, and answers what they saw. */
export async function underLoad({ proxies, token, path }: Load, work: () => Promise<void>): Promise<Seen[]> {
  const seen: Seen[] = []
  let last = 0
  let ended = false
  const agent = new Agent({
    connections: LIMITS.connections,
    pipelining: 1,
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
  })
  const worker = async (index: number): Promise<void> => {
    while (!ended && last < LIMITS.requestsMax) {
      last += 1
      const one = await send(agent, `${proxies[index % proxies.length] ?? ''}${path(last)}`, token)
      seen.push(one)
      if (one.status !== 200) await sleep(LIMITS.afterRefusalMs)
    }
  }
  const workers = Array.from({ length: LIMITS.connections }, (_, index) => worker(index))
  try {
    await until(() => (seen.some(({ status }) => status === 200) ? true : undefined), LIMITS.beginMs)
    await work()
  } finally {
    ended = true
    await Promise.all(workers)
    await agent.destroy()
  }
  return seen
}

/** Asks until a request comes through. */
export async function untilServed(url: string, token: string, withinMs: number): Promise<void> {
  const agent = new Agent()
  try {
    await until(async () => ((await send(agent, url, token)).status === 200 ? true : undefined), withinMs)
  } finally {
    await agent.destroy()
  }
}

async function send(agent: Agent, url: string, token: string): Promise<Seen> {
  const startedMs = performance.now()
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}` },
    })
    const requestId = String(headers['pma-request-id'] ?? '')
    return { startedMs, status: statusCode, requestId, body: await body.text() }
  } catch {
    // Whoever answered was killed.
    return { startedMs, status: 0, requestId: '', body: '' }
  }
}
