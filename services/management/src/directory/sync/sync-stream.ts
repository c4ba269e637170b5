import { Fault } from '@protectmyapi/service-kit/faults'
import { type AnswerSyncDeps, answerSync } from '../../feed/answer-sync.js'
import type { FeedRow } from '../../feed/feed-entry.js'
import type { FeedTail } from '../../feed/feed-tail.js'
import type { FeedPage } from '../../feed/read-feed.js'
import type { SyncRecord } from '../../feed/registry.js'

const SYNC_LIMITS = {
  /**
   * Replies that a proxy has not taken yet. A slower proxy is cut, and misses nothing, because its next stream begins
   * with a Sync.
   */
  unsentMax: 4_096,
  /** Pushed rows held back while a Sync is being answered. If there are more, the next Sync brings them. */
  heldBackMax: 1_000,
} as const

/** One stream, as the session sees it. */
interface SyncWire {
  answer(syncId: number, page: FeedPage): void
  push(row: FeedRow): void
  /** Replies handed over and not taken yet. */
  unsent(): number
}

export interface SyncSessionDeps extends AnswerSyncDeps {
  readonly tail: Pick<FeedTail, 'listen'>
  readonly wire: SyncWire
  /** Ends the stream. */
  readonly cut: (why: Fault) => void
}

export interface SyncSession {
  /** Answers one Sync. To be called for one at a time. */
  sync(syncId: number, record: SyncRecord): Promise<void>
  close(): void
}

/** One proxy's stream: answers in order, and between them the rows that were committed meanwhile. */
export function createSyncSession({ tail, wire, cut, ...deps }: SyncSessionDeps): SyncSession {
  let answering = false
  let heldBack: FeedRow[] = []
  /** The number up to which this stream has been told. A push of a lower one would say nothing new. */
  let told = Number.MAX_SAFE_INTEGER
  let over = false

  const unlisten = tail.listen((rows) => {
    if (!answering) return rows.forEach(push)
    if (heldBack.length + rows.length <= SYNC_LIMITS.heldBackMax) heldBack.push(...rows)
  })

  function push(row: FeedRow): void {
    // Before the first answer there is nothing that a push could follow (CONTIG).
    if (over || row.number <= told) return
    if (wire.unsent() >= SYNC_LIMITS.unsentMax) {
      tooSlow()
      return
    }
    told = row.number
    wire.push(row)
  }

  function tooSlow(): void {
    if (over) return
    over = true
    unlisten()
    cut(new Fault('UNAVAILABLE', 'a proxy does not take what is sent to it'))
  }

  return {
    async sync(syncId, record) {
      answering = true
      try {
        for await (const page of answerSync(deps, record)) {
          if (wire.unsent() >= SYNC_LIMITS.unsentMax) return tooSlow()
          wire.answer(syncId, page)
          told = page.through
        }
      } finally {
        answering = false
        const late = heldBack
        heldBack = []
        late.forEach(push)
      }
    },
    close: unlisten,
  }
}
