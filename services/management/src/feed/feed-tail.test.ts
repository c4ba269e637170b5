import { expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { migratedDatabase } from '../test/migrated-database.js'
import { createCommitChange } from './commit-change.js'
import { followCommitted } from './committed-rows.js'
import type { FeedEntry, FeedRow } from './feed-entry.js'
import { createFeedTail } from './feed-tail.js'

const ACTOR = { kind: 'system', id: 'test', requestId: null } as const
const ENTRY = { kind: 'app', id: 'app_1', generation: 2 } as const
const OTHER = { kind: 'link', id: 'lnk_1', generation: 3 } as const

const { db } = await startForAllTests(migratedDatabase)

const commitChange = createCommitChange({ db, waitUntilSeen: { seen: async () => ({ by: 'nobody', waitedMs: 0 }) } })
const change = (feed: readonly FeedEntry[]) => commitChange(ACTOR, async () => ({ result: undefined, feed, audit: [] }))

/** A tail that knows where the feed stands, and looks again only when it is woken. */
async function quietTail() {
  const tail = createFeedTail(db, createLogger('test', 'silent'))
  await tail.start()
  await tail.stop()
  const handed: FeedRow[] = []
  tail.listen((rows) => handed.push(...rows))
  return { tail, handed, settled: () => tail.stop() }
}

it('a feed tail hands over each row once: one committed here without a look, one after a gap by a look', async () => {
  const { tail, handed, settled } = await quietTail()
  followCommitted(db, tail.committed)
  const from = tail.head()
  await change([ENTRY, OTHER])
  const first = [
    { ...ENTRY, number: from + 1 },
    { ...OTHER, number: from + 2 },
  ]
  expect(handed).toEqual(first)
  followCommitted(db, () => undefined)
  await change([ENTRY])
  followCommitted(db, tail.committed)
  await change([OTHER])
  expect(handed).toEqual(first)
  tail.wake()
  tail.committed([{ ...ENTRY, number: from + 3 }])
  await settled()
  expect(handed).toEqual([...first, { ...ENTRY, number: from + 3 }, { ...OTHER, number: from + 4 }])
})

it('who follows committed rows hears of them once they are committed, and of none that were rolled back', async () => {
  const heard: Promise<number>[] = []
  const visible = async ({ number }: FeedRow): Promise<number> => (await db('feed').where('number', number)).length
  followCommitted(db, (rows) => heard.push(...rows.map(visible)))
  const refused = commitChange(ACTOR, async (trx) => {
    await trx.raw('SELECT 1')
    throw new Error('refused')
  })
  await expect(refused).rejects.toThrow('refused')
  await change([ENTRY])
  expect(await Promise.all(heard)).toEqual([1])
})
