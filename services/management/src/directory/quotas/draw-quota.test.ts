import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type ManualClock, manualClock } from '@protectmyapi/dev-kit/manual-clock'
import type { QuotaCounter__Output } from '@protectmyapi/protos/generated/directory/v1/QuotaCounter'
import type { QuotaDraw__Output } from '@protectmyapi/protos/generated/directory/v1/QuotaDraw'
import type { QuotaReturn__Output } from '@protectmyapi/protos/generated/directory/v1/QuotaReturn'
import { newId } from '@protectmyapi/service-kit/ids'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { pruneLeftovers } from '../../access-log/store/tend-partitions.js'
import { type MigratedDatabase, migratedDatabase } from '../../test/migrated-database.js'
import { createDrawQuota } from './draw-quota.js'
import { QUOTA_BLOCK_LIMITS, quotaBlock } from './quota-block.js'

const DAY_MS = 86_400_000
const LATE_MS = Date.UTC(2026, 0, 31, 23, 59, 59, 999)

let database: MigratedDatabase
let other: Knex
let counter: QuotaCounter__Output
beforeAll(async () => {
  database = await migratedDatabase()
  other = connectPostgres(database.target, 'another-management')
})
afterAll(async () => {
  await other.destroy()
  await database.close()
})
beforeEach(() => {
  counter = {
    organizationId: newId('organization'),
    scope: 'LIMIT_SCOPE_APP',
    subject: 'app_1',
    period: 'QUOTA_PERIOD_DAY',
  }
})

/** A management process, by the database's clock or by one of the test's. */
const management = (db: Knex, clock?: ManualClock) => {
  const draw = clock ? createDrawQuota(db, async () => clock.wallMs()) : createDrawQuota(db)
  const call = (draws: QuotaDraw__Output[], returns: QuotaReturn__Output[] = []) =>
    draw({ bootId: 'boot', draws, returns })
  return {
    call,
    async block(asked: Partial<QuotaDraw__Output>, returns: QuotaReturn__Output[] = []) {
      const { blocks } = await call([{ counter, count: 100, needed: 0, wanted: 0, ...asked }], returns)
      const [{ units, startsAtMs, endsAtMs } = {}] = blocks ?? []
      return { units: Number(units), startsAtMs: Number(startsAtMs), endsAtMs: Number(endsAtMs) }
    },
  }
}

describe('a block of a quota', () => {
  it('shrinks with what is left, down to nothing ahead of need, while needed units are given to the last one', () => {
    expect(quotaBlock(1_000_000, { needed: 1, wanted: 5_000 })).toBe(QUOTA_BLOCK_LIMITS.unitsMax)
    expect(quotaBlock(1_600, { needed: 1, wanted: 500 })).toBe(100)
    expect(quotaBlock(32, { needed: 1, wanted: 500 })).toBe(2)
    expect(quotaBlock(15, { needed: 1, wanted: 500 })).toBe(1)
    expect(quotaBlock(15, { needed: 0, wanted: 500 })).toBe(0)
    expect(quotaBlock(1, { needed: 7, wanted: 500 })).toBe(1)
    expect(quotaBlock(0, { needed: 7, wanted: 500 })).toBe(0)
    expect(quotaBlock(100_000, { needed: 2_000, wanted: 2_000 })).toBe(2_000)
  })
})

describe('DrawQuota', () => {
  it('hands out exactly the quota, however many managements and calls draw at once', async () => {
    const count = 5_000
    const managements = [management(database.db), management(other)]
    let drawn = 0
    let calls = 0
    const proxy = async (at: number): Promise<void> => {
      for (;;) {
        const { units } = (await managements[at % 2]?.block({ count, needed: 1 + (at % 3), wanted: 200 })) ?? {}
        calls += 1
        if (!units) return
        drawn += units
      }
    }
    await Promise.all(Array.from({ length: 12 }, (_, at) => proxy(at)))
    expect(drawn).toBe(count)
    // Quotas are drawn in blocks, with far fewer calls than units.
    expect(calls).toBeLessThan(count / 10)
  })

  it('decides calls that name several counters in different orders without a deadlock, and gives out exact quotas', async () => {
    const counters = ['a', 'b', 'c', 'd'].map((subject) => ({ ...counter, subject }))
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) => {
        const order = at % 2 === 0 ? counters : [...counters].reverse()
        const draws = order.map((one) => ({ counter: one, count: 20, needed: 1, wanted: 1 }))
        return management(at % 3 === 0 ? other : database.db).call(draws)
      }),
    )
    const units = answers.flatMap(({ blocks }) => (blocks ?? []).map((block) => Number(block.units)))
    expect(units.reduce((sum, one) => sum + one, 0)).toBe(4 * 20)
  })

  it('takes back what is left of a block before it decides, and never more than was drawn', async () => {
    const clock = manualClock()
    const { block } = management(database.db, clock)
    const { startsAtMs } = await block({ needed: 100 })
    expect(await block({ needed: 1 })).toMatchObject({ units: 0 })
    expect(await block({ needed: 50 }, [{ counter, startsAtMs, units: 40 }])).toMatchObject({ units: 40 })
    await block({}, [{ counter, startsAtMs, units: 1_000 }])
    expect(await block({ needed: 1_000 })).toMatchObject({ units: 100 })
  })

  it('counts anew from midnight and the first of the month in UTC, where units returned late do not count', async () => {
    const clock = manualClock(LATE_MS)
    const { block } = management(database.db, clock)
    const month = { ...counter, period: 'QUOTA_PERIOD_MONTH' } as const
    const day = await block({ needed: 100 })
    expect(day).toEqual({ units: 100, startsAtMs: Date.UTC(2026, 0, 31), endsAtMs: Date.UTC(2026, 1, 1) })
    expect(await block({ needed: 1 })).toMatchObject({ units: 0 })
    expect(await block({ counter: month, needed: 100 })).toMatchObject({ units: 100, startsAtMs: Date.UTC(2026, 0) })
    expect(await block({ counter: month, needed: 1 })).toMatchObject({ units: 0 })

    clock.advance(1)
    expect(await block({ needed: 101 })).toEqual({
      units: 100,
      startsAtMs: Date.UTC(2026, 1, 1),
      endsAtMs: Date.UTC(2026, 1, 2),
    })
    // A return that comes too late is of no use to the new day.
    const late = { counter, startsAtMs: day.startsAtMs, units: 100 }
    expect(await block({ needed: 1 }, [late])).toMatchObject({ units: 0 })
    expect(await block({ counter: month, needed: 101 })).toEqual({
      units: 100,
      startsAtMs: Date.UTC(2026, 1),
      endsAtMs: Date.UTC(2026, 2),
    })
    clock.advance(DAY_MS)
    expect(await block({ needed: 1 })).toMatchObject({ units: 1 })
    expect(await block({ counter: month, needed: 1 })).toMatchObject({ units: 0 })
  })

  it('counts what was drawn before, both when a quota was lowered and when it was raised', async () => {
    const { block } = management(database.db, manualClock())
    await block({ needed: 60 })
    expect(await block({ count: 50, needed: 1 })).toMatchObject({ units: 0 })
    expect(await block({ count: 70, needed: 100 })).toMatchObject({ units: 10 })
  })

  it('counts organizations, scopes, subjects and periods separately', async () => {
    const { block } = management(database.db, manualClock())
    await block({ needed: 100 })
    for (const over of [
      { organizationId: newId('organization') },
      { scope: 'LIMIT_SCOPE_DEVICE' },
      { subject: 'app_2' },
      { period: 'QUOTA_PERIOD_MONTH' },
    ] as const)
      expect(await block({ counter: { ...counter, ...over }, needed: 1 })).toMatchObject({ units: 1 })
    expect(await block({ needed: 1 })).toMatchObject({ units: 0 })
  })

  it.each([
    ['a scope that has no quota', { scope: 'LIMIT_SCOPE_SERVICE' }],
    ['a period of no kind', { period: 'QUOTA_PERIOD_UNSPECIFIED' }],
    ['a subject that is too long', { subject: 'x'.repeat(129) }],
    ['a subject that cannot be stored', { subject: '\u0000' }],
  ] as [string, Partial<QuotaCounter__Output>][])('refuses %s with INVALID_REQUEST', async (_what, over) => {
    const { block } = management(database.db)
    await expect(block({ counter: { ...counter, ...over }, needed: 1 })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    })
  })

  it('deletes counters whose period has been over for a day, and no others', async () => {
    const now = Date.now()
    for (const daysAgo of [40, 3, 0])
      await management(database.db, manualClock(now - daysAgo * DAY_MS)).block({ needed: 1 })
    await pruneLeftovers(database.db)
    const left = await database.db('quota_counters').where('organization_id', counter.organizationId).select('subject')
    expect(left).toHaveLength(1)
  })
})
