import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { writeEntryText } from '@protectmyapi/protos/access-entry-text'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { RedisClient } from '@protectmyapi/service-kit/redis/redis'
import { ACCESS_STREAM, accessStreamKey, SHARDS } from '@protectmyapi/service-kit/redis/redis-keys'
import { readNow } from '../../db/read.js'
import { createRecordAccess } from '../../directory/record/record-access.js'
import {
  drainAll,
  SILENT,
  type StreamHarness,
  type StreamProxy,
  streamHarness,
  streamProxy,
} from '../../test/stream-harness.js'
import { createInboxDrain } from '../inbox/drain-inbox.js'
import { readAccessLog } from '../read/read-access-log.js'

const KEY = accessStreamKey(3)
const NEWEST = { before: undefined, limit: 100 }

describeWithRedis('the drain of the access streams', () => {
  let harness: StreamHarness
  let db: Knex
  let client: RedisClient
  let proxy: StreamProxy

  beforeAll(async () => {
    harness = await streamHarness()
    db = harness.db
    client = harness.client
  })
  afterAll(() => harness.close())
  beforeEach(async () => {
    await harness.redis.flush()
    for (const table of ['access_inbox', 'access_log', 'access_set_aside', 'access_watermarks'])
      await db(table).delete()
    proxy = streamProxy(client)
  })

  async function ready(change?: Parameters<StreamHarness['drain']>[0]) {
    const drain = harness.drain(change)
    await harness.drain().prepare()
    return drain
  }
  const sequences = async (): Promise<number[]> =>
    (await db('access_log').orderBy('sequence').select('sequence')).map((row: { sequence: string }) =>
      Number(row.sequence),
    )
  const stored = async (): Promise<number | undefined> => {
    const row = await db('access_watermarks').where({ boot_id: proxy.bootId }).first<{ sequence: string }>('sequence')
    return row === undefined ? undefined : Number(row.sequence)
  }
  const aside = (): Promise<
    { reason: string; detail: string; position: number; content: string; content_bytes: string }[]
  > =>
    // In the order of writing: as text, `…-10` would come before `…-9`.
    db('access_set_aside')
      .orderByRaw(`string_to_array(message, '-')::bigint[], position`)
      .select('reason', 'detail', 'position', 'content', 'content_bytes')
  const left = async () => [await client.xlen(KEY), (await client.xpending(KEY, ACCESS_STREAM.group))[0]]
  /** Adds an entry of so many bytes, as somebody with a shell in Redis would. Returns its id. */
  const addLong = (bytes: number, key = KEY): Promise<string> => {
    const script = "return redis.call('XADD', KEYS[1], '*', 'boot', ARGV[1], 'entry', string.rep('x', ARGV[2]))"
    return harness.redis.ask('EVAL', script, '1', key, proxy.bootId, String(bytes))
  }
  /** A script over all shards is a read; every other one has a key of its own. */
  type RunScript = (digest: string, keys: number, ...args: string[]) => Promise<unknown>
  /** A client that handles one command differently. */
  const withCommand = (name: 'evalsha' | 'set', command: (...args: never[]) => Promise<unknown>): RedisClient =>
    new Proxy(client, {
      get: (target, property) => {
        const found: unknown = property === name ? command : Reflect.get(target, property)
        return typeof found === 'function' ? found.bind(target) : found
      },
    })

  it('puts each entry into the log once, in order of time, and leaves nothing in Redis', async () => {
    const drain = await ready()
    const atMs = Date.now()
    await proxy.add(proxy.entry(1, { atMs }), proxy.entry(2, { atMs: atMs + 1 }))
    await proxy.add(
      proxy.entry(3, { kind: 'ENTRY_KIND_FINISHED', requestId: 'req_1' }),
      proxy.entry(4, { atMs: atMs + 2 }),
    )
    await drainAll(drain)
    const rows = await readAccessLog(readNow(db), proxy.organizationId, NEWEST)
    expect(rows.map(({ requestId, ending }) => [requestId, ending?.kind])).toEqual([
      ['req_4', undefined],
      ['req_2', undefined],
      ['req_1', 'finished'],
    ])
    expect(rows[0]?.subject).toMatchObject({ secrets: [{ id: 'sec_1', name: 'A_KEY' }], path: '/v1/chat' })
    expect(await left()).toEqual([0, 0])
  })

  it('moves the watermark to the last sequence before a gap, and past it once RecordAccess fills the gap', async () => {
    const drain = await ready()
    await proxy.add(...[1, 2, 4, 5].map((sequence) => proxy.entry(sequence)))
    await drainAll(drain)
    expect([await stored(), await proxy.mark()]).toEqual([2, 2])
    await createRecordAccess(db, SILENT)({ bootId: proxy.bootId, entries: [proxy.entry(3)] })
    await createInboxDrain({ db, redis: client, log: SILENT })()
    expect([await stored(), await proxy.mark()]).toEqual([5, 5])
  })

  it('copies a watermark to Redis only after its commit, to stay there for about an hour', async () => {
    const seen: unknown[] = []
    const watching = withCommand('set', async (...args: readonly (string | number)[]) => {
      seen.push([args[1], await stored()])
    })
    const drain = await ready({ client: watching })
    await proxy.add(proxy.entry(1), proxy.entry(2))
    await drainAll(drain)
    expect(seen).toEqual([[2, 2]])
    await proxy.add(proxy.entry(3))
    await drainAll(await ready())
    expect(await client.pttl(`pma:{s03}:mark:${proxy.bootId}`)).toBeGreaterThan(3_500_000)
  })

  it('copies a watermark again after a flush of Redis, when an entry that is in the log is recorded once more', async () => {
    await proxy.add(proxy.entry(1))
    await drainAll(await ready())
    await harness.redis.flush()
    await createRecordAccess(db, SILENT)({ bootId: proxy.bootId, entries: [proxy.entry(1)] })
    await createInboxDrain({ db, redis: client, log: SILENT })()
    expect(await proxy.mark()).toBe(1)
  })

  it('delivers entries again after a crash between commit and acknowledgement, without duplicates in the log', async () => {
    const run: RunScript = async (digest, keys, ...args) => {
      if (keys !== SHARDS) throw new Error('crashed')
      return client.evalsha(digest, keys, ...args)
    }
    const crashing = await ready({ client: withCommand('evalsha', run) })
    await proxy.add(proxy.entry(1), proxy.entry(2))
    await expect(crashing.pass()).rejects.toThrow('crashed')
    expect(await sequences()).toEqual([1, 2])
    expect(await left()).toEqual([1, 1])
    const other = await ready()
    await other.claim(0)
    await drainAll(other)
    expect(await sequences()).toEqual([1, 2])
    expect(await left()).toEqual([0, 0])
  })

  it('keeps the entries it was handed while Postgres is away, and stores them once Postgres is back', async () => {
    const away = connectPostgres(
      { host: '127.0.0.1', port: 1, database: 'x', user: 'x', password: 'x', poolMax: 1 },
      'x',
    )
    let current = away
    const switching = new Proxy(db, {
      get: (_target, property) => {
        const found: unknown = Reflect.get(current, property)
        return typeof found === 'function' ? found.bind(current) : found
      },
    })
    const drain = await ready({ db: switching })
    await proxy.add(proxy.entry(1))
    await expect(drain.pass()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(await proxy.mark()).toBeNull()
    await proxy.add(proxy.entry(2))
    current = db
    await drainAll(drain)
    expect(await sequences()).toEqual([1, 2])
    expect(await left()).toEqual([0, 0])
    await away.destroy()
  })

  it('is shared by several managements: each entry is logged once, and none is left', async () => {
    const [one, other] = [await ready(), await ready()]
    for (let sequence = 1; sequence <= 300; sequence++) await proxy.add(proxy.entry(sequence))
    await one.pass()
    const first = await sequences()
    await other.pass()
    expect(first.length).toBeGreaterThan(0)
    expect((await sequences()).length).toBeGreaterThan(first.length)
    await Promise.all([drainAll(one), drainAll(other)])
    expect(await sequences()).toEqual(Array.from({ length: 300 }, (_, index) => index + 1))
    expect([await stored(), await proxy.mark()]).toEqual([300, 300])
    expect(await left()).toEqual([0, 0])
  })

  it('creates its groups again after a flush of Redis, and drains what came since', async () => {
    const drain = await ready()
    await harness.redis.flush()
    expect(await drain.claim(0)).toBe(false)
    await proxy.add(proxy.entry(1))
    await drainAll(drain)
    expect(await sequences()).toEqual([1])
    expect(await client.pttl(accessStreamKey(9))).toBeGreaterThan(0)
  })

  it('takes over what a dead consumer left, and then removes that consumer', async () => {
    const drain = await ready()
    await proxy.add(proxy.entry(1))
    await client.xreadgroup('GROUP', ACCESS_STREAM.group, 'dead', 'COUNT', 1, 'STREAMS', KEY, '>')
    await drain.removeSilent(0)
    expect(await left()).toEqual([1, 1])
    await drain.claim(60_000)
    await drainAll(drain)
    expect(await sequences()).toEqual([])
    await drain.claim(0)
    await drainAll(drain)
    expect(await sequences()).toEqual([1])
    await drain.removeSilent(0)
    expect(JSON.stringify(await client.xinfo('CONSUMERS', KEY, ACCESS_STREAM.group))).not.toContain('dead')
  })

  it('creates its groups and removes dead consumers even when Redis is full', async () => {
    const drain = await ready()
    await client.xgroup('CREATECONSUMER', KEY, ACCESS_STREAM.group, 'dead')
    await client.del(accessStreamKey(9))
    await harness.redis.ask('CONFIG', 'SET', 'maxmemory', '1')
    try {
      await drain.prepare()
      await drain.removeSilent(0)
    } finally {
      await harness.redis.ask('CONFIG', 'SET', 'maxmemory', '0')
    }
    expect(await client.exists(accessStreamKey(9))).toBe(1)
    expect(JSON.stringify(await client.xinfo('CONSUMERS', KEY, ACCESS_STREAM.group))).not.toContain('dead')
  })

  it('sets aside what it cannot read, cut to 8,192 characters, and logs the readable entries beside it', async () => {
    const drain = await ready()
    const add = (...fields: string[]) => client.xadd(KEY, '*', ...fields)
    const json = (change: object) => writeEntryText({ ...proxy.entry(9), ...change })
    const bad: [string, string[]][] = [
      ['unknown-version', ['v', '2', 'entry', json({})]],
      ['unknown-version', ['boot', proxy.bootId, 'entry', json({}), 'extra', '']],
      ['out-of-shape', ['boot', 'boot_1', 'entry', json({})]],
      ['unreadable', ['boot', proxy.bootId, 'entry', 'x\u0000'.repeat(10_000)]],
      ['out-of-shape', ['boot', proxy.bootId, 'entry', 'null']],
      ['out-of-shape', ['boot', proxy.bootId, 'entry', json({}).replace('"a"', '"n"')]],
      ['out-of-shape', ['boot', proxy.bootId, 'entry', json({}).replace(',9,', ',"9",')]],
      ['out-of-shape', ['boot', proxy.bootId, 'entry', json({ shard: 4 })]],
      ['out-of-shape', ['boot', proxy.bootId, 'entry', json({ requestId: '\ud800' })]],
      ['out-of-shape', ['boot', proxy.bootId, 'entry', json({ atMs: -9e15 })]],
    ]
    for (const [, fields] of bad) await add(...fields)
    await add(
      'boot',
      proxy.bootId,
      'entry',
      writeEntryText(proxy.entry(1)),
      'entry',
      '{',
      'entry',
      writeEntryText(proxy.entry(2)),
    )
    await proxy.add(proxy.entry(3))
    await drainAll(drain)
    expect(await sequences()).toEqual([1, 2, 3])
    const rows = await aside()
    expect(rows.map(({ reason }) => reason)).toEqual([...bad.map(([reason]) => reason), 'unreadable'])
    expect(rows.at(-1)).toMatchObject({ position: 2, content: '{' })
    expect(rows[3]).toMatchObject({ content_bytes: '20000' })
    expect(rows[3]?.content.length).toBe(8_192)
    expect(await left()).toEqual([0, 0])
  })

  it('sets aside the beginning of a message that is too long without fetching it, and delays no other message', async () => {
    let longest = 0
    const run: RunScript = async (digest, keys, ...args) => {
      const answer = await client.evalsha(digest, keys, ...args)
      longest = Math.max(longest, JSON.stringify(answer).length)
      return answer
    }
    const drain = await ready({ client: withCommand('evalsha', run) })
    // Redis has the scripts from now on, so that `run` sees every answer.
    await drain.pass()
    const other = streamProxy(client, 40)
    const bytes = 2 * 1024 * 1024
    await proxy.add(proxy.entry(1))
    const id = await addLong(bytes)
    await proxy.add(proxy.entry(2))
    await other.add(other.entry(1))
    await drainAll(drain)
    expect(await sequences()).toEqual([1, 1, 2])
    const size = `boot${proxy.bootId}entry`.length + bytes + 4 * 16
    expect(await aside()).toEqual([
      {
        reason: 'oversized',
        detail: `in the place of message ${id}, of ${size} bytes`,
        position: 0,
        content: expect.stringMatching(`"bytes","${size}","begins","boot ${proxy.bootId} entry x{8000}`),
        // 8,192 bytes of it are kept.
        content_bytes: String(JSON.stringify(['oversized', id, 'bytes', String(size), 'begins', '']).length + 8_192),
      },
    ])
    expect(await left()).toEqual([0, 0])
    expect(longest).toBeLessThan(16_384)
  })

  it('fetches a message of 1 MiB, and none that is a byte longer', async () => {
    const drain = await ready()
    const bytes = 1024 * 1024 - `boot${proxy.bootId}entry`.length - 4 * 16
    await addLong(bytes)
    await addLong(bytes + 1)
    await drainAll(drain)
    expect((await aside()).map(({ reason, detail }) => [reason, detail])).toEqual([
      ['out-of-shape', 'it is too long'],
      ['oversized', expect.stringContaining('1048577 bytes')],
    ])
  })

  it('sets aside a message that is too long only once, even if the answer of Redis is lost', async () => {
    let isLost = false
    const run: RunScript = async (digest, keys, ...args) => {
      const answer = await client.evalsha(digest, keys, ...args)
      if (isLost && keys === SHARDS) throw new Error('Command timed out')
      return answer
    }
    const drain = await ready({ client: withCommand('evalsha', run) })
    await drain.pass()
    await addLong(2 * 1024 * 1024)
    await proxy.add(proxy.entry(1))
    isLost = true
    await expect(drain.pass()).rejects.toThrow('Command timed out')
    expect(Number(await harness.redis.ask('MEMORY', 'USAGE', KEY))).toBeLessThan(65_536)
    isLost = false
    await drainAll(drain)
    expect(await sequences()).toEqual([1])
    expect((await aside()).map(({ reason }) => reason)).toEqual(['oversized'])
    expect(await left()).toEqual([0, 0])
  })

  it('takes over a message that is too long from a dead consumer, and sets it aside', async () => {
    const drain = await ready()
    // Below the bound of an answer, so that it leaves nothing else owed.
    await addLong(1_500_000)
    const handOver = "redis.call('XREADGROUP', 'GROUP', ARGV[1], 'dead', 'STREAMS', KEYS[1], '>') return 1"
    await harness.redis.ask('EVAL', handOver, '1', KEY, ACCESS_STREAM.group)
    expect(await left()).toEqual([1, 1])
    await drain.claim(0)
    await drainAll(drain)
    expect((await aside()).map(({ reason }) => reason)).toEqual(['oversized'])
    expect(await left()).toEqual([0, 0])
  })

  it('sets aside a message that is too long even when Redis is full because of it', async () => {
    const drain = await ready()
    await drain.pass()
    await addLong(1_500_000)
    await harness.redis.ask('CONFIG', 'SET', 'maxmemory', '1mb')
    try {
      await expect(proxy.add(proxy.entry(1))).rejects.toThrow('OOM')
      await drain.pass()
    } finally {
      await harness.redis.ask('CONFIG', 'SET', 'maxmemory', '0')
    }
    expect(await client.xlen(KEY)).toBe(1)
    await drainAll(drain)
    expect((await aside()).map(({ reason }) => reason)).toEqual(['oversized'])
    expect(await left()).toEqual([0, 0])
  })

  it('reads a bounded number of bytes at once, and reads the shard that filled an answer last in the next answer', async () => {
    const drain = await ready()
    // Eleven of these exceed the bound of an answer, and sixteen are looked at together.
    for (let count = 0; count < 28; count += 1) await addLong(200_000)
    const other = streamProxy(client, 40)
    await other.add(other.entry(1))
    expect(await drain.pass()).toBe(true)
    expect([await client.xlen(KEY), await sequences()]).toEqual([17, []])
    while ((await sequences()).length === 0) expect(await drain.pass()).toBe(true)
    // Settled are those sixteen, and eleven that came after the other shard's entry in the same answer.
    expect(await client.xlen(KEY)).toBe(1)
    await drainAll(drain)
    expect(await aside()).toHaveLength(28)
    expect(await left()).toEqual([0, 0])
  })

  it('reads the messages that it took over one at a time', async () => {
    const drain = await ready()
    await proxy.add(proxy.entry(1))
    await proxy.add(proxy.entry(2))
    await client.xreadgroup('GROUP', ACCESS_STREAM.group, 'dead', 'STREAMS', KEY, '>')
    await drain.claim(0)
    await harness.redis.ask('CONFIG', 'RESETSTAT')
    await drain.pass()
    // One for each shard, and one more for each message.
    expect(await client.info('commandstats')).toContain(`cmdstat_xreadgroup:calls=${SHARDS + 2},`)
    await drainAll(drain)
    expect(await sequences()).toEqual([1, 2])
  })

  it('sets aside an entry whose sequence another request has, whether it comes by a stream or by RecordAccess', async () => {
    const drain = await ready()
    const record = createRecordAccess(db, SILENT)
    const drainInboxes = createInboxDrain({ db, redis: null, log: SILENT })
    await proxy.add(proxy.entry(1), proxy.entry(2))
    await drainAll(drain)
    await proxy.add(proxy.entry(3), proxy.entry(1, { requestId: 'req_forged' }))
    await drainAll(drain)
    await record({ bootId: proxy.bootId, entries: [proxy.entry(2, { requestId: 'req_recorded' })] })
    await record({ bootId: proxy.bootId, entries: [proxy.entry(2, { requestId: 'req_again' })] })
    await drainInboxes()
    expect(await sequences()).toEqual([1, 2, 3])
    const rows = await aside()
    expect(rows.map(({ reason }) => reason)).toEqual(['place-taken', 'place-taken', 'place-taken'])
    for (const id of ['req_forged', 'req_recorded', 'req_again']) expect(JSON.stringify(rows)).toContain(id)
    expect(await stored()).toBe(3)
  })

  it('logs an entry once if it came both by a stream and by RecordAccess', async () => {
    const drain = await ready()
    const record = createRecordAccess(db, SILENT)
    const entries = [proxy.entry(1), proxy.entry(2)]
    await record({ bootId: proxy.bootId, entries })
    await proxy.add(...entries)
    await drainAll(drain)
    await createInboxDrain({ db, redis: client, log: SILENT })()
    await record({ bootId: proxy.bootId, entries })
    await createInboxDrain({ db, redis: client, log: SILENT })()
    expect(await sequences()).toEqual([1, 2])
    expect(await aside()).toEqual([])
  })

  it('drains a shard even if the stream of another shard was overwritten', async () => {
    const drain = await ready()
    await client.set(accessStreamKey(5), 'spoilt')
    await proxy.add(proxy.entry(1))
    await drainAll(drain)
    expect(await sequences()).toEqual([1])
  })
})
