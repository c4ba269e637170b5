import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import type { AccessEntry__Output } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { Admission__Output } from '@protectmyapi/protos/generated/directory/v1/Admission'
import { newId } from '@protectmyapi/service-kit/ids'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { moveInboxBatch } from '../../access-log/inbox/move-inbox-batch.js'
import { readAccessLog } from '../../access-log/read/read-access-log.js'
import { tendPartitions } from '../../access-log/store/tend-partitions.js'
import { readNow } from '../../db/read.js'
import { migratedDatabase } from '../../test/migrated-database.js'
import { createRecordAccess } from '../record/record-access.js'
import { createAdmit } from './admit.js'

const BUCKET = { key: 'bucket', scope: 'LIMIT_SCOPE_DEVICE', count: 10, periodMs: 3_600_000, burst: 3 } as const

const log = createLogger('test', 'silent')

const { db } = await startForAllTests(migratedDatabase)
await tendPartitions(db, 90)

let bootId: string
let organizationId: string
beforeEach(async () => {
  bootId = newId('boot')
  organizationId = newId('organization')
  for (const table of ['access_inbox', 'access_log', 'access_watermarks', 'rate_buckets']) await db(table).delete()
})

function entryOf(
  sequence: number,
  kind: AccessEntry__Output['kind'] = 'ENTRY_KIND_ADMITTED',
  requestId = `req_${sequence}`,
): AccessEntry__Output {
  return {
    kind,
    shard: 3,
    sequence,
    atMs: Date.now(),
    requestId,
    organizationId,
    subject: {
      appId: 'app_1',
      serviceId: 'svc_1',
      deviceId: '',
      sessionId: '',
      secrets: [{ secretId: 'sec_1', versionId: 'ver_1', generation: 1, name: 'A_KEY' }],
      method: 'POST',
      path: '/v1/\u0000chat',
      sourceAddress: '192.0.2.1',
      platform: 'ios',
      appVersion: '',
      unattested: false,
    },
    outcome: { status: 200, fault: '', requestBytes: 1, responseBytes: 2, upstreamMs: 3, totalMs: 4, aborted: false },
  }
}

const admission = (sequence: number, keys: readonly string[] = ['bucket'], requestId?: string): Admission__Output => ({
  entry: entryOf(sequence, 'ENTRY_KIND_ADMITTED', requestId),
  buckets: keys.map((key) => ({ ...BUCKET, key })),
})
const outcomes = (decisions: readonly { admitted?: unknown; limited?: unknown }[] = []) =>
  decisions.map((one) => (one.admitted ? 'in' : 'limited'))
const inbox = async () =>
  (await db('access_inbox').orderBy('sequence').select('sequence')).map((row: { sequence: string }) =>
    Number(row.sequence),
  )

describe('Admit', () => {
  it('decides in order, and commits the entries of what it admits and no others', async () => {
    const { decisions } = await createAdmit(db)({
      bootId,
      admissions: [1, 2, 3, 4, 5].map((sequence) => admission(sequence)),
    })
    expect(outcomes(decisions)).toEqual(['in', 'in', 'in', 'limited', 'limited'])
    expect(decisions?.[3]?.limited).toMatchObject({ scope: 'LIMIT_SCOPE_DEVICE', count: 10, periodMs: 3_600_000 })
    const retryAfterMs = Number(decisions?.[3]?.limited?.retryAfterMs)
    expect(retryAfterMs).toBeGreaterThan(350_000)
    expect(retryAfterMs).toBeLessThanOrEqual(360_000)
    expect(await inbox()).toEqual([1, 2, 3])
  })

  it('neither writes nor draws again for a repeated admission, whether the inbox was drained or not', async () => {
    const admit = createAdmit(db)
    const once = { bootId, admissions: [admission(1)] }
    for (let times = 0; times < 5; times++) expect(outcomes((await admit(once)).decisions)).toEqual(['in'])
    expect(await inbox()).toEqual([1])
    await moveInboxBatch(db)
    expect(outcomes((await admit(once)).decisions)).toEqual(['in'])
    expect(await inbox()).toEqual([])
    const rest = await admit({ bootId, admissions: [2, 3, 4].map((sequence) => admission(sequence)) })
    expect(outcomes(rest.decisions)).toEqual(['in', 'in', 'limited'])
  })

  it('draws from all buckets of a request or from none', async () => {
    const admit = createAdmit(db)
    await admit({ bootId, admissions: [1, 2, 3].map((sequence) => admission(sequence, ['a'])) })
    const { decisions } = await admit({
      bootId,
      admissions: [admission(4, ['a', 'b']), ...[5, 6, 7].map((sequence) => admission(sequence, ['b']))],
    })
    expect(outcomes(decisions)).toEqual(['limited', 'in', 'in', 'in'])
  })

  it('keeps a limit exact across connections, without a deadlock when calls name buckets in different orders', async () => {
    const [one, other] = [createAdmit(db), createAdmit(db)]
    const calls = Array.from({ length: 40 }, (_, index) => {
      const keys = index % 2 === 0 ? ['a', 'b', 'c'] : ['c', 'b', 'a']
      return (index % 2 === 0 ? one : other)({ bootId, admissions: [admission(index + 1, keys)] })
    })
    const decided = (await Promise.all(calls)).flatMap(({ decisions }) => outcomes(decisions))
    expect(decided.filter((outcome) => outcome === 'in')).toHaveLength(3)
  })

  it('refuses one call of a group without refusing the others', async () => {
    const admit = createAdmit(db)
    await admit({ bootId, admissions: [admission(1, [])] })
    const calls = [admission(1, [], 'req_other'), admission(2, []), admission(3, [])].map((one) =>
      admit({ bootId, admissions: [one] }),
    )
    const settled = await Promise.allSettled(calls)
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  })

  it.each([
    ['a finished entry', { ...admission(1), entry: entryOf(1, 'ENTRY_KIND_FINISHED') }],
    ['no entry', { ...admission(1), entry: null }],
    ['a bucket of no rate', { ...admission(1), buckets: [{ ...BUCKET, count: 0 }] }],
    ['an impossible sequence', { ...admission(1), entry: { ...entryOf(1), sequence: 0 } }],
  ] as [string, Admission__Output][])('refuses %s with INVALID_REQUEST', async (_what, bad) => {
    await expect(createAdmit(db)({ bootId, admissions: [bad] })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })
})

describe('the access log', () => {
  it('lists requests newest first, with their ends and the names of their secrets', async () => {
    const record = createRecordAccess(db, log)
    await createAdmit(db)({ bootId, admissions: [admission(1, []), admission(2, [])] })
    await record({ bootId, entries: [entryOf(3, 'ENTRY_KIND_FINISHED', 'req_1')] })
    await moveInboxBatch(db)
    const rows = await readAccessLog(readNow(db), organizationId, { before: undefined, limit: 10 })
    expect(rows.map(({ requestId, ending }) => [requestId, ending?.kind])).toEqual([
      ['req_2', undefined],
      ['req_1', 'finished'],
    ])
    expect(rows[0]?.subject).toMatchObject({ secrets: [{ name: 'A_KEY' }], path: '/v1/\ufffdchat' })
    const [newest] = rows
    const before = newest && { atMs: newest.atMs, requestId: newest.requestId }
    expect(
      (await readAccessLog(readNow(db), organizationId, { before, limit: 10 })).map(({ requestId }) => requestId),
    ).toEqual(['req_1'])
    expect(await readAccessLog(readNow(db), newId('organization'), { before: undefined, limit: 10 })).toEqual([])
  })

  it('holds an entry once, however often it is recorded before and after the drain', async () => {
    const record = createRecordAccess(db, log)
    for (let times = 0; times < 3; times++) await record({ bootId, entries: [entryOf(1)] })
    await moveInboxBatch(db)
    await record({ bootId, entries: [entryOf(1)] })
    await moveInboxBatch(db)
    expect(await db('access_log').select('sequence')).toHaveLength(1)
    expect(await inbox()).toEqual([])
  })

  it('has its watermark at the last sequence before a gap, and past the gap once it is filled', async () => {
    const record = createRecordAccess(db, log)
    const watermark = async () =>
      Number((await db('access_watermarks').where({ boot_id: bootId }).first('sequence'))?.sequence)
    await record({ bootId, entries: [1, 2, 4, 5].map((sequence) => entryOf(sequence)) })
    await moveInboxBatch(db)
    expect(await watermark()).toBe(2)
    await record({ bootId, entries: [entryOf(3)] })
    await moveInboxBatch(db)
    expect(await watermark()).toBe(5)
  })

  it('is filled by several drains at once with each entry once, and none is left in the inbox', async () => {
    await createRecordAccess(
      db,
      log,
    )({ bootId, entries: Array.from({ length: 500 }, (_, index) => entryOf(index + 1)) })
    const counts = await Promise.all([moveInboxBatch(db), moveInboxBatch(db), moveInboxBatch(db)])
    expect(counts.reduce((sum, { taken }) => sum + taken, 0)).toBe(500)
    await moveInboxBatch(db)
    expect(await db('access_log').select('sequence')).toHaveLength(500)
  })

  it('has each partition created once, even if several managements create them at once', async () => {
    await db.raw(`DROP TABLE ${(await partitions()).join(', ')}`)
    await Promise.all([tendPartitions(db, 90), tendPartitions(db, 90), tendPartitions(db, 90)])
    expect(await partitions()).toHaveLength(4)
  })

  it('loses a partition past the retention, and keeps its current ones even with a retention of one day', async () => {
    await db.raw(
      `CREATE TABLE access_log_20200101 PARTITION OF access_log FOR VALUES FROM ('2020-01-01') TO ('2020-01-02')`,
    )
    await tendPartitions(db, 1)
    expect(await partitions()).not.toContain('access_log_20200101')
    expect(await partitions()).toHaveLength(4)
  })
})

async function partitions(): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'access_log'::regclass`,
  )
  return rows.map(({ name }) => name)
}
