import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { untilLockAwaited } from '@protectmyapi/dev-kit/postgres/until-lock-awaited'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.js'
import { answerSync } from './answer-sync.js'
import { appendFeed } from './append-feed.js'
import { createCommitChange } from './commit-change.js'
import { withMargin } from './feed-limits.js'
import { pruneFeed } from './prune-feed.js'
import { type FeedPage, readFeed } from './read-feed.js'
import { recordSync } from './registry.js'
import { createReports } from './reports.js'
import { createWaitUntilSeen } from './wait-until-seen.js'

const SPIFFE_ID = 'spiffe://protectmyapi.local/ns/protectmyapi/sa/proxy'
const PROOF = new Uint8Array(32)
const HORIZON_MS = 30_000
const ACTOR = { kind: 'system', id: 'test', requestId: null } as const
const ENTRY = { kind: 'app', id: 'app_1', generation: 2 } as const

let database: MigratedDatabase
let db: Knex

beforeAll(async () => {
  database = await migratedDatabase()
  db = database.db
})
afterAll(() => database.close())
beforeEach(async () => {
  await db('proxies').delete()
})

const change = () => db.transaction((trx) => appendFeed(trx, [ENTRY]))
const sync = async (bootId: string, applied: number, on: Knex = db, horizonMs = HORIZON_MS): Promise<void> => {
  await recordSync(on, { bootId, proof: PROOF, spiffeId: SPIFFE_ID, applied, horizonMs })
}

/** A waiter in whose pauses the steps of a test happen. */
function waiter(steps: (pause: number, clock: ReturnType<typeof manualClock>) => Promise<void> | void) {
  const clock = manualClock()
  let pauses = 0
  const sleep = async (): Promise<void> => {
    pauses += 1
    if (pauses > 100) throw new Error('it waits for ever')
    await steps(pauses, clock)
  }
  return { wait: createWaitUntilSeen({ db, clock, sleep }), pauses: () => pauses }
}

describe('a writer that waits until proxies have seen its row', () => {
  it('waits for nobody if no proxy is registered', async () => {
    const { wait } = waiter(() => undefined)
    expect(await wait.seen(await change())).toMatchObject({ by: 'nobody' })
  })

  it('answers as soon as every proxy has applied the row, and not before', async () => {
    const [one, other] = [newId('boot'), newId('boot')]
    await sync(one, 0)
    await sync(other, 0)
    const number = await change()
    const { wait, pauses } = waiter(async (pause) => {
      if (pause === 1) await sync(one, number)
      if (pause === 2) await sync(other, number - 1)
      if (pause === 3) await sync(other, number)
    })
    expect(await wait.seen(number)).toMatchObject({ by: 'applied' })
    expect(pauses()).toBe(3)
  })

  it('is woken by a Sync that is not recorded yet, even by one that comes while the registry is read', async () => {
    const [one, other] = [newId('boot'), newId('boot')]
    await sync(one, 0)
    await sync(other, 0)
    const number = await change()
    const reports = createReports()
    const story = [() => reports.came({ bootId: other, proof: PROOF, applied: number })]
    // A sleep that never ends, so that only a report can end the wait.
    const sleep = () => new Promise<void>(() => story.shift()?.())
    const wait = createWaitUntilSeen({ db, clock: manualClock(), sleep, reports })
    const answer = wait.seen(number)
    reports.came({ bootId: one, proof: PROOF, applied: number })
    expect(await answer).toMatchObject({ by: 'applied' })
    expect(story).toEqual([])
  })

  it('believes a Sync that reports another number only once it is recorded', async () => {
    const bootId = newId('boot')
    await sync(bootId, 0)
    const number = await change()
    const reports = createReports()
    const story = [
      // Below, and above: a number never committed here, from a proxy of a database that was restored.
      () => reports.came({ bootId, proof: PROOF, applied: number - 1 }),
      () => reports.came({ bootId, proof: PROOF, applied: number + 1 }),
      () => reports.recorded({ bootId, applied: number - 1 }),
      () => reports.recorded({ bootId, applied: number + 1 }),
    ]
    const sleep = async () => story.shift()?.()
    const wait = createWaitUntilSeen({ db, clock: manualClock(), sleep, reports })
    expect(await wait.seen(number)).toMatchObject({ by: 'applied' })
    expect(story).toEqual([])
  })

  it.each([
    ['another proof', Buffer.alloc(32, 2), true],
    ['none', new Uint8Array(), true],
    ['its proof, where the registry has none yet', PROOF, false],
  ])(
    'does not believe a Sync before it is recorded if the proof that it shows is %s',
    async (_what, proof, isKnown) => {
      const bootId = newId('boot')
      await sync(bootId, 0)
      if (!isKnown) await db('proxies').update({ proof: null })
      const number = await change()
      const reports = createReports()
      const story = [
        () => reports.came({ bootId, proof, applied: number }),
        () => reports.recorded({ bootId, applied: number }),
      ]
      const sleep = async () => story.shift()?.()
      const wait = createWaitUntilSeen({ db, clock: manualClock(), sleep, reports })
      expect(await wait.seen(number)).toMatchObject({ by: 'applied' })
      expect(story).toEqual([])
    },
  )

  it('LISTLATE: waits for a proxy that registered between the reading of the work and its commit', async () => {
    const bootId = newId('boot')
    const { wait, pauses } = waiter(async (pause) => {
      if (pause === 1) await sync(bootId, Number.MAX_SAFE_INTEGER)
      if (pause === 2) await sync(bootId, await head())
    })
    const commitChange = createCommitChange({ db, waitUntilSeen: wait })
    const { inForce } = await commitChange(ACTOR, async () => {
      await sync(bootId, 0)
      return { result: null, feed: [ENTRY], audit: [] }
    })
    // The first pause shows that a number which was never committed counts for nothing.
    expect([inForce.by, pauses()]).toEqual(['applied', 2])
  })

  it('FROZEN: waits no longer than the horizon that it read, even if a proxy that gets no answers sends more Syncs', async () => {
    const bootId = newId('boot')
    await sync(bootId, 0)
    const number = await change()
    const { wait } = waiter(async (_pause, clock) => {
      // It sends Syncs but never gets an answer: its horizon moves in the registry, but `applied` does not.
      await sync(bootId, number - 1)
      clock.advance(1_000)
    })
    const inForce = await wait.seen(number)
    expect(inForce.by).toBe('horizon')
    expect(inForce.waitedMs).toBeLessThanOrEqual(withMargin(HORIZON_MS) + 1_000)
  })

  it('MARGIN: waits for the horizon and for more than a clock can lose in it', async () => {
    // So long that its margin of 37 s exceeds the time that the test itself takes until the registry is read.
    await sync(newId('boot'), 0, db, 3_600_000)
    const { rows } = await db.raw<{ rows: { margin: number }[] }>(
      `SELECT (extract(epoch FROM horizon_at - registered_at) * 1000)::float8 AS margin FROM proxies`,
    )
    expect(rows[0]?.margin).toBeGreaterThanOrEqual(3_600_000 + 1_000 + 36_000)
    const number = await change()
    const { wait } = waiter((_pause, clock) => clock.advance(60_000))
    expect(await wait.seen(number)).toEqual({ by: 'horizon', waitedMs: 3_660_000 })
  })

  it('does not wait for a proxy whose horizon had passed before the registry was read', async () => {
    await sync(newId('boot'), 0)
    await db('proxies').update({ horizon_at: db.raw("clock_timestamp() - interval '1 second'") })
    const { wait, pauses } = waiter(() => undefined)
    expect(await wait.seen(await change())).toMatchObject({ by: 'nobody' })
    expect(pauses()).toBe(0)
  })

  it('RETRYWAITS: waits for what is committed already when a retry changes nothing', async () => {
    const bootId = newId('boot')
    await sync(bootId, 0)
    const number = await change()
    const { wait, pauses } = waiter((pause) => (pause === 2 ? sync(bootId, number) : undefined))
    expect(await wait.everything()).toMatchObject({ by: 'applied' })
    expect(pauses()).toBe(2)
  })
})

describe('the feed', () => {
  it('SEQLOCK: commits its numbers in order and without gaps, even when a writer rolls back', async () => {
    const before = await head()
    const first = await db.transaction()
    const low = await appendFeed(first, [ENTRY])
    const second = change()
    // The second writer waits behind the first: nothing above `low` can be seen while `low` cannot.
    await untilBlocked()
    expect((await readFeed(db, before)).rows).toEqual([])
    await first.commit()
    expect(await second).toBe(low + 1)
    await db
      .transaction((trx) => appendFeed(trx, [ENTRY]).then(() => Promise.reject(new Error('rolled back'))))
      .catch(() => undefined)
    expect(await change()).toBe(low + 2)
    const { rows } = await readFeed(db, before)
    expect(rows.map((row) => row.number)).toEqual([low, low + 1, low + 2])
  })

  it('RECORDFIRST: gives a Sync the change that commits after its record and before its read', async () => {
    const bootId = newId('boot')
    const applied = await head()
    const halves: string[] = []
    let between: number | undefined
    const afterHalf = async (half: string): Promise<void> => {
      halves.push(half)
      between ??= await change()
    }
    const pages = answerSync(
      {
        record: (given) => recordSync(db, given).then(() => afterHalf('recorded')),
        read: async (above) => {
          // Committed, not only written: another connection sees it.
          expect(await db('proxies').where('boot_id', bootId)).toHaveLength(1)
          const page = await readFeed(db, above)
          await afterHalf('read')
          return page
        },
      },
      { bootId, proof: PROOF, spiffeId: SPIFFE_ID, applied, horizonMs: HORIZON_MS },
    )
    const numbers: number[] = []
    for await (const page of pages) numbers.push(...page.rows.map((row) => row.number))
    expect(halves).toEqual(['recorded', 'read'])
    expect(numbers).toEqual([between])
  })

  it('RECORDFIRST, DURABLE: commits records and rows durably, even if synchronous_commit was off', async () => {
    const bootId = newId('boot')
    await db.transaction(async (trx) => {
      await trx.raw('SET LOCAL synchronous_commit = off')
      await sync(bootId, 0, trx)
      const { rows } = await trx.raw<{ rows: { synchronous_commit: string }[] }>('SHOW synchronous_commit')
      expect(rows[0]?.synchronous_commit).toBe('on')
      await trx.raw('SET LOCAL synchronous_commit = off')
      await appendFeed(trx, [ENTRY])
      const after = await trx.raw<{ rows: { synchronous_commit: string }[] }>('SHOW synchronous_commit')
      expect(after.rows[0]?.synchronous_commit).toBe('on')
    })
    const { rows } = await db.raw<{ rows: { relpersistence: string }[] }>(
      `SELECT relpersistence FROM pg_class WHERE relname IN ('proxies', 'feed', 'feed_counter')`,
    )
    expect(rows.map((row) => row.relpersistence)).toEqual(['p', 'p', 'p'])
  })

  it('UPSERT: registers a proxy anew after its row was pruned; BOOT: registers each process start by itself', async () => {
    const [one, other] = [newId('boot'), newId('boot')]
    await sync(one, 0)
    await db('proxies').delete()
    await sync(one, 0)
    await sync(other, 0)
    expect((await db('proxies').select('boot_id')).map((row: { boot_id: string }) => row.boot_id).sort()).toEqual(
      [one, other].sort(),
    )
    await expect(sync('management-7d4b9', 0)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })
})

describe('an answer to a Sync', () => {
  it('is cut into pages of 1,000 rows, which together miss nothing', async () => {
    const applied = await head()
    await db.transaction((trx) =>
      appendFeed(
        trx,
        Array.from({ length: 2_100 }, () => ENTRY),
      ),
    )
    const pages = await collect(applied)
    expect(pages.map((page) => [page.rows.length, page.more])).toEqual([
      [1_000, true],
      [1_000, true],
      [100, false],
    ])
    expect(pages.flatMap((page) => page.rows.map((row) => row.number))).toEqual(
      Array.from({ length: 2_100 }, (_, i) => applied + 1 + i),
    )
    expect(pages.at(-1)?.through).toBe(applied + 2_100)
  })

  it('says RESET and gives the window to a proxy that lacks pruned rows or reports numbers that never existed', async () => {
    const old = await change()
    await db('feed').update({ committed_at: db.raw("clock_timestamp() - interval '21 minutes'") })
    const young = await change()
    await pruneFeed(db)
    const shape = (pages: readonly FeedPage[]) =>
      pages.map(({ rows, reset, through }) => [rows.map((row) => row.number), reset, through])
    expect(shape(await collect(old))).toEqual([[[young], false, young]])
    expect(shape(await collect(old - 1))).toEqual([[[young], true, young]])
    expect(shape(await collect(young + 5))).toEqual([[[young], true, young]])
    // Also for one that has applied nothing: it may hold what it was given before the first row came.
    expect(shape(await collect(0))).toEqual([[[young], true, young]])
  })

  it('pruning removes only a prefix of the rows, even if a later row has an older time', async () => {
    await pruneFeed(db)
    const [first, second, third] = [await change(), await change(), await change()]
    await db('feed')
      .where('number', second)
      .update({ committed_at: db.raw("clock_timestamp() - interval '1 day'") })
    await pruneFeed(db)
    const kept: { number: string }[] = await db('feed').select('number').where('number', '>=', first).orderBy('number')
    expect(kept.map((row) => Number(row.number))).toEqual([first, second, third])
  })

  async function collect(applied: number): Promise<FeedPage[]> {
    const record = { bootId: newId('boot'), proof: PROOF, spiffeId: SPIFFE_ID, applied, horizonMs: HORIZON_MS }
    const pages: FeedPage[] = []
    for await (const page of answerSync(
      { record: async (given) => void (await recordSync(db, given)), read: (above) => readFeed(db, above) },
      record,
    )) {
      pages.push(page)
    }
    return pages
  }
})

async function head(): Promise<number> {
  const { rows } = await db.raw<{ rows: { value: string }[] }>('SELECT value FROM feed_counter')
  return Number(rows[0]?.value)
}

const untilBlocked = (): Promise<void> => untilLockAwaited(db)
