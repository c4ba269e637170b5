import type { FeedPage } from './read-feed.js'
import type { SyncRecord } from './registry.js'

export interface AnswerSyncDeps {
  /** Commits before it settles. */
  readonly record: (sync: SyncRecord) => Promise<void>
  readonly read: (above: number) => Promise<FeedPage>
}

/**
 * One Sync: RECORDFIRST, then the rows that the proxy lacks, page by page. In the other order, a writer that commits in
 * between would find the proxy not registered and answer, and the proxy would use the old state for a whole horizon.
 */
export async function* answerSync({ record, read }: AnswerSyncDeps, sync: SyncRecord): AsyncGenerator<FeedPage> {
  await record(sync)
  let above = sync.applied
  for (;;) {
    const page = await read(above)
    yield page
    if (!page.more) return
    above = page.through
  }
}
