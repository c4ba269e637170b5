import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import { toInboxEntry } from '../../directory/record/access-entry.js'
import { accessEntry } from '../../test/access-entries.js'
import { migratedDatabase } from '../../test/migrated-database.js'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'
import { moveWatermarks } from '../store/move-watermarks.js'
import { pruneLeftovers, tendPartitions } from '../store/tend-partitions.js'
import type { ReadMessage } from './read-message.js'
import { storeMessages } from './store-messages.js'

const { db } = await startForAllTests(migratedDatabase)
await tendPartitions(db, 90)

describe('a batch of messages', () => {
  it('is stored without the message whose value Postgres refuses, and that message is set aside', async () => {
    const bootId = newId('boot')
    const messages = [1, 2, 3, 4, 5].map((sequence): ReadMessage => {
      const entry = toInboxEntry(bootId, accessEntry({ organizationId: 'org_1', shard: 3, sequence }))
      // As if a check of the value were missing.
      const spoilt = sequence === 4 ? { ...entry, content: JSON.stringify({ path: '\u0000' }) } : entry
      const message = { shard: 3, id: `${sequence}-0`, fields: ['boot', bootId, 'entry', String(sequence)] }
      return { message, entries: [spoilt], positionOf: new Map([[spoilt, 1]]), setAside: [] }
    })
    const drained = await storeMessages(db, messages)
    expect(drained.setAside).toMatchObject([{ reason: 'unstorable', message: '4-0', position: 0 }])
    expect(await db('access_set_aside').select('message', 'reason')).toEqual([{ message: '4-0', reason: 'unstorable' }])
    expect(await db('access_log').where({ boot_id: bootId }).orderBy('sequence').pluck('sequence')).toEqual([
      '1',
      '2',
      '3',
      '5',
    ])
    expect(await db('access_watermarks').where({ boot_id: bootId }).pluck('sequence')).toEqual(['3'])
  })
})

describe('a watermark', () => {
  const strand = { bootId: newId('boot'), shard: 3 }
  const put = (from: number, to: number) =>
    db.raw(
      `INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry, batch)
       SELECT current_date, ?, ?, sequence, 'void', now(), 'req_' || sequence, 'org_1', '{}', 0
       FROM generate_series(?::integer, ?::integer) AS sequence`,
      [strand.bootId, strand.shard, from, to],
    )
  /** Moves the watermark, in a drain that has put these sequences. */
  const moved = async (...sequences: number[]): Promise<number | undefined> => {
    const entries = sequences.map((sequence) => ({ ...strand, sequence }))
    return (await db.transaction((trx) => moveWatermarks(trx, entries)))[0]?.sequence
  }

  it('stays below a gap, and moves past it in one step once it is filled, however many entries follow', async () => {
    const last = 2 * ACCESS_LOG_LIMITS.watermarkStep + 1
    await put(2, last)
    expect(await moved(2, 3)).toBe(0)
    await put(1, 1)
    expect(await moved(1)).toBe(last)
    await put(last + 2, last + 4)
    expect(await moved(last + 3, last + 2)).toBe(last)
    await put(last + 1, last + 1)
    expect(await moved(last + 3, last + 1, last + 2)).toBe(last + 4)
  })

  it('is kept beyond a week without an entry if its proxy is alive, and is deleted if its proxy is dead', async () => {
    const old = db.raw(`clock_timestamp() - interval '8 days'`)
    const [alive, dead] = [newId('boot'), newId('boot')]
    await db('proxies').insert({
      boot_id: alive,
      spiffe_id: 'spiffe://x/proxy',
      applied: 0,
      horizon_at: db.raw('now()'),
    })
    for (const boot_id of [alive, dead])
      await db('access_watermarks').insert({ boot_id, shard: 1, sequence: 9, updated_at: old })
    await pruneLeftovers(db)
    expect(await db('access_watermarks').whereIn('boot_id', [alive, dead]).pluck('boot_id')).toEqual([alive])
  })
})
