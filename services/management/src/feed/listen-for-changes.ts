import { connectionOf, type PostgresTarget } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import pg from 'pg'
import { FEED_CHANNEL } from './append-feed.js'

const LIMITS = {
  /** Delay after a lost connection. Polling goes on meanwhile. */
  reconnectMs: 1_000,
} as const

/**
 * LISTEN on a connection of its own, straight to Postgres, because LISTEN fails in silence behind a transaction pooler.
 * Calls `wake` for each NOTIFY, and whenever a new connection was made. The returned function ends it.
 */
export function listenForChanges(target: PostgresTarget, wake: () => void, log: Logger): () => Promise<void> {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let ended = false

  async function connect(): Promise<void> {
    const next = new pg.Client(connectionOf(target, 'management-listen'))
    client = next
    next.on('notification', wake)
    next.on('error', (err) => lost(next, err))
    next.on('end', () => lost(next, undefined))
    try {
      await next.connect()
      await next.query(`LISTEN ${FEED_CHANNEL}`)
      wake()
    } catch (err) {
      lost(next, err)
    }
  }

  function lost(which: pg.Client, err: unknown): void {
    if (which !== client) return
    client = undefined
    void which.end().catch(() => undefined)
    if (ended) return
    log.warn({ err }, 'the connection that listens for changes was lost')
    timer = setTimeout(() => void connect(), LIMITS.reconnectMs)
  }

  void connect()
  return async () => {
    ended = true
    clearTimeout(timer)
    const last = client
    client = undefined
    await last?.end().catch(() => undefined)
  }
}
