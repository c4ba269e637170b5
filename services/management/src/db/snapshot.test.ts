import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { tendPartitions } from '../access-log/store/tend-partitions.js'
import { migratedDatabase } from '../test/migrated-database.js'
import type { Read } from './read.js'
import { openSnapshot } from './snapshot.js'

const { db } = await startForAllTests(migratedDatabase)
const COUNT = 'SELECT count(*)::int AS count FROM rate_buckets'

async function inSnapshot(work: (read: Read) => Promise<void>): Promise<void> {
  const { read, close } = await openSnapshot(db, systemClock)
  await work(read).finally(close)
}

describe('a snapshot', () => {
  it('reads the same rows, whatever is committed meanwhile', async () => {
    await inSnapshot(async (read) => {
      await db('rate_buckets').insert({ key: 'later', arrival_at: db.fn.now() })
      expect(await read(COUNT)).toEqual([{ count: 0 }])
      expect((await db.raw(COUNT)).rows).toEqual([{ count: 1 }])
    })
  })

  it('locks no table between two statements, so that partitions can be created and dropped meanwhile', async () => {
    await tendPartitions(db, 90)
    await inSnapshot(async (read) => {
      await read('SELECT FROM access_log')
      await db.raw(`SET LOCAL lock_timeout = '1s';
        CREATE TABLE access_log_far PARTITION OF access_log FOR VALUES FROM ('2000-01-01') TO ('2000-01-02');
        DROP TABLE access_log_far`)
      expect(await read('SELECT FROM access_log')).toEqual([])
    })
  })

  it('refuses to write', async () => {
    await inSnapshot((read) => expect(read('DELETE FROM rate_buckets')).rejects.toThrow('read-only transaction'))
  })

  it('fails the next read with a connection error if its session was lost', async () => {
    await inSnapshot(async (read) => {
      const [me] = await read<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await db.raw('SELECT pg_terminate_backend(?)', [me?.pid ?? 0])
      await expect(read(COUNT)).rejects.toThrow('onnection')
    })
    expect((await db.raw('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})
