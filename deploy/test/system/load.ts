import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '@protectmyapi/dev-kit/until'
import { Agent, request } from 'undici'

const LIMITS = {
  /**
   * Pause of a connection between an answer and its next request. Without it, 32 connections used both cores of a
   * machine and the system under test had to wait.
   */
  pauseMs: 50,
  /** Allowed until the first request succeeds. */
  beginMs: 20_000,
  /** Allowed for `more`, on a busy machine, with a part of the system away. */
  moreMs: 30_000,
  /** Bounds a load, so that none outlives its test. */
  requestsMax: 200_000,
} as const

/**
 * Connections of a load, and so the most requests under way at once. Of CONNECTIONS + 1 requests that end after a
 * moment, at least one began after it.
 */
export const CONNECTIONS = 32

/** What one request of a load saw. */
export interface Seen {
  readonly token: string
  /** When it was sent, by `performance.now()`. */
  readonly startedMs: number
  /** 0 where no complete answer came. */
  readonly status: number
  /** For status 0: the client's code for what happened to the connection; `ECONNREFUSED` where nothing was sent. */
  readonly error?: string
  readonly requestId: string
  readonly body: string
}

export interface Load {
  /** Each connection uses one of them only. */
  readonly proxies: readonly string[]
  /** The token for the request with this number. Numbers are used once. */
  readonly token: (number: number) => string
  readonly path: (number: number) => string
}

/**
 * Settles when so many more requests to each proxy have ended, in whatever way. @throws Error when that takes too long.
 */
export type More = (count: number) => Promise<void>

/** Sends requests until `work` is done, and answers what they saw. */
export async function underLoad(
  { proxies, token, path }: Load,
  work: (more: More) => Promise<void>,
): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  const over = proxies.map(() => 0)
  let last = 0
  let ended = false
  const agent = new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
  })
  const worker = async (proxy: number): Promise<void> => {
    while (!ended && last < LIMITS.requestsMax) {
      last += 1
      const one = await send(agent, `${proxies[proxy] ?? ''}${path(last)}`, token(last))
      seen.push(one)
      over[proxy] = (over[proxy] ?? 0) + 1
      await sleep(LIMITS.pauseMs)
    }
  }
  const more: More = async (count) => {
    const before = [...over]
    const areOver = (): boolean => over.every((now, proxy) => now >= (before[proxy] ?? 0) + count)
    await until(() => (areOver() ? true : undefined), LIMITS.moreMs)
  }
  const workers = Array.from({ length: CONNECTIONS }, (_, index) => worker(index % proxies.length))
  try {
    await until(() => (seen.some(({ status }) => status === 200) ? true : undefined), LIMITS.beginMs)
    await work(more)
  } finally {
    ended = true
    await Promise.all(workers)
    await agent.destroy()
  }
  return seen
}

/** Repeats a request until it is served. */
export async function untilServed(url: string, token: string, withinMs: number): Promise<void> {
  const agent = new Agent({ headersTimeout: withinMs, bodyTimeout: withinMs })
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
    return { token, startedMs, status: statusCode, requestId, body: await body.text() }
  } catch (thrown) {
    // The process that was answering was killed, or is ending.
    return { token, startedMs, status: 0, error: codeOf(thrown), requestId: '', body: '' }
  }
}

function codeOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : String(thrown)
}
