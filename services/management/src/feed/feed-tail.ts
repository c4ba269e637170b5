import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { FeedRow } from './feed-entry.js'
import { FEED_LIMITS } from './feed-limits.js'
import { rowsAbove } from './read-feed.js'

type TailListener = (rows: readonly FeedRow[]) => void

/** Hands each committed feed row, in order, to its listeners. A listener must not block. */
export interface FeedTail {
  listen(listener: TailListener): () => void
  /** Looks now, because something may have been committed. */
  wake(): void
  /** Hands over what this process has just committed, if it comes next. The next look will find anything else. */
  committed(rows: readonly FeedRow[]): void
  /** The highest number that was read; 0 before the first look. */
  head(): number
  /** Settles once the tail knows where it stands, so that nothing committed later is missed. */
  start(): Promise<void>
  stop(): Promise<void>
}

/**
 * Follows the feed by looking every 100 ms, and at once when woken (by NOTIFY) or told by the code that committed. A
 * push only saves time: it never moves a horizon (CONTIG), and a Sync makes good what is lost here.
 */
export function createFeedTail(db: Knex, log: Logger): FeedTail {
  const listeners = new Set<TailListener>()
  let last: number | undefined
  let looking: Promise<void> | undefined
  let again = false
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    do {
      again = false
      const { head, rows } = await rowsAbove(db, last ?? Number.MAX_SAFE_INTEGER)
      // The first look only learns where the feed stands. A head that went back means that the database was restored.
      if (last === undefined || head < last) last = head
      hand(rows)
      again ||= rows.length === FEED_LIMITS.rowsMax
    } while (again)
  }

  function hand(rows: readonly FeedRow[]): void {
    const through = rows.at(-1)?.number
    if (through === undefined) return
    last = through
    for (const listener of listeners) listener(rows)
  }

  function wake(): void {
    if (looking) {
      again = true
      return
    }
    looking = look()
      .catch((err: unknown) => log.warn({ err }, 'the feed cannot be read'))
      .finally(() => {
        looking = undefined
      })
  }

  return {
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    wake,
    committed(rows) {
      // A look that is under way began where the feed stood then, so it may hand these rows over itself.
      if (looking || last === undefined || rows[0]?.number !== last + 1) return
      hand(rows)
    },
    head: () => last ?? 0,
    async start() {
      await look().catch((err: unknown) => log.warn({ err }, 'the feed cannot be read yet'))
      timer = setInterval(wake, FEED_LIMITS.tailPollMs)
    },
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}
