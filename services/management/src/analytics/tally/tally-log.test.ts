import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { newId } from '@protectmyapi/service-kit/ids'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { tendPartitions } from '../../access-log/store/tend-partitions.js'
import { runtimeDatabase } from '../../test/runtime-database.js'
import { admitted, type Entry, finished, logEntries } from '../../test/usage-harness.js'
import { ANALYTICS_LIMITS } from '../analytics-limits.js'
import { pruneUsage } from './prune-usage.js'
import { tallyLog } from './tally-log.js'
import { tallyPortion } from './tally-portion.js'

const HOUR_MS = 3_600_000

const house = await startForAllTests(async () => {
  const made = await runtimeDatabase()
  await tendPartitions(made.db, 90)
  return made
})
const { db, superuser } = house
const log = createLogger('test', 'silent')

let org: string
beforeEach(() => {
  org = newId('organization')
})

const logged = (...entries: readonly Entry[]) => logEntries(db, org, entries)
const tally = (on: Knex = db) => tallyLog({ db: on, clock: systemClock, log })

interface Sums {
  readonly requests: number
  readonly ended: Readonly<Record<string, number>>
  readonly open: number
  readonly early: number
}

/** What is counted of the organization, outcomes by name where there are any. */
async function sums(): Promise<Sums> {
  const own = { organization_id: org }
  const [row] = await db('usage_hours').where(own).sum<Record<string, string>[]>({
    requests: 'requests',
    succeeded: 'succeeded',
    refused: 'refused',
    failed: 'failed',
    aborted: 'aborted',
  })
  const { requests, ...ended } = row ?? {}
  const counts = Object.entries(ended).map(([name, sum]) => [name, Number(sum)] as const)
  const rowsOf = async (table: string) => (await db(table).where(own)).length
  return {
    requests: Number(requests),
    ended: Object.fromEntries(counts.filter(([, sum]) => sum > 0)),
    open: await rowsOf('usage_open'),
    early: await rowsOf('usage_early'),
  }
}
const SETTLED = { open: 0, early: 0 }

describe('an outcome', () => {
  it.each<[string, object, string]>([
    ['a status below 400', { status: 399 }, 'succeeded'],
    ['a status of the provider of 400', { status: 400 }, 'failed'],
    ['no status', { status: 0 }, 'failed'],
    ['a client that left', { status: 0, aborted: true }, 'aborted'],
    ['a provider that refuses the key', { status: 502, fault: 'UPSTREAM_REJECTED_KEY' }, 'failed'],
    ['an answer that was cut because it held the key', { fault: 'UPSTREAM_LEAKED_KEY', aborted: true }, 'failed'],
    ['a fault of ours', { status: 503, fault: 'CHANGED_UNDER_WAY', aborted: true }, 'refused'],
  ])('%s counts as what it is', async (_what, outcome, as) => {
    await logged(admitted('req_1'), finished('req_1', outcome))
    await tally()
    expect(await sums()).toEqual({ requests: 1, ended: { [as]: 1 }, ...SETTLED })
  })

  it('a void entry counts as refused and is not timed, and one that only holds a place counts as nothing', async () => {
    const outcome = finished('', { status: 403, fault: 'SECRET_EXPIRED' }).outcome ?? null
    const place = { kind: 'ENTRY_KIND_VOID', requestId: 'req_2', outcome: null } as const
    await logged(admitted('req_1'), { kind: 'ENTRY_KIND_VOID', requestId: 'req_1', outcome }, place)
    await tally()
    expect(await sums()).toEqual({ requests: 1, ended: { refused: 1 }, ...SETTLED })
    const { total_times } = await db('usage_hours').where({ organization_id: org }).first()
    expect(new Set(total_times)).toEqual(new Set([0]))
  })

  it.each<[string, readonly (readonly Entry[])[]]>([
    ['in the same link', [[admitted('req_1'), finished('req_1')]]],
    ['in a later link', [[admitted('req_1')], [finished('req_1')]]],
    ['in an earlier link', [[finished('req_1')], [admitted('req_1')]]],
  ])('%s counts once, in the hour in which its request was admitted', async (_where, links) => {
    const thenMs = Date.now() - 3 * HOUR_MS
    for (const link of links) {
      await logged(...link.map((entry) => (entry.outcome ? entry : { ...entry, atMs: thenMs })))
      await tally()
    }
    expect(await sums()).toEqual({ requests: 1, ended: { succeeded: 1 }, ...SETTLED })
    expect((await db('usage_hours').where({ organization_id: org }).pluck('hour')).map(Number)).toEqual([
      Math.floor(thenMs / HOUR_MS) * HOUR_MS,
    ])
  })

  it('waits without a request for two days, and so does a request without an outcome', async () => {
    await logged(admitted('req_1'), finished('req_2'))
    await tally()
    await pruneUsage(db)
    expect(await sums()).toEqual({ requests: 1, ended: {}, open: 1, early: 1 })
    for (const table of ['usage_open', 'usage_early'])
      await superuser(table)
        .where({ organization_id: org })
        .update('noted_at', new Date(Date.now() - 49 * HOUR_MS))
    await pruneUsage(db)
    expect(await sums()).toEqual({ requests: 1, ended: {}, ...SETTLED })
  })
})

/** The same database, by a connection that dies before this statement of a transaction. */
function dyingBefore(statement: number, on: Knex): Knex {
  const transaction = (work: (trx: Knex.Transaction) => Promise<unknown>) =>
    on.transaction(async (trx) => {
      const { rows } = await trx.raw('SELECT pg_backend_pid() AS pid')
      let seen = 0
      const raw = async (...asked: Parameters<Knex['raw']>) => {
        seen += 1
        if (seen === statement) await superuser.raw('SELECT pg_terminate_backend(?)', [rows[0].pid])
        return trx.raw(...asked)
      }
      const done = await work(Object.create(trx, { raw: { value: raw } }))
      // Before the commit.
      if (seen < statement) await superuser.raw('SELECT pg_terminate_backend(?)', [rows[0].pid])
      return done
    })
  return Object.create(on, { transaction: { value: transaction } })
}

describe('each entry counts once', () => {
  it('when the connection dies before any statement of a portion, or before its commit', async () => {
    await logged(admitted('req_1'), finished('req_2'))
    await tally()
    await logged(finished('req_1'), admitted('req_2'), admitted('req_3'))
    const before = await sums()
    for (const statement of [1, 2, 3, 4, 5, 6, 7]) {
      // Of its own, so that no dead connection is left to others.
      const dying = connectPostgres(house.target, 'test')
      await expect(tallyPortion(dyingBefore(statement, dying), org)).rejects.toThrow()
      await dying.destroy()
      expect(await sums()).toEqual(before)
    }
    expect(await tallyPortion(db, org)).toBe('done')
    const after = { requests: 3, ended: { succeeded: 2 }, open: 1, early: 0 }
    expect(await sums()).toEqual(after)
    // The answer to a commit was lost: the portion is asked for again.
    expect(await tallyPortion(db, org)).toBe('done')
    expect(await sums()).toEqual(after)
  })

  it('when several managements count at once', async () => {
    for (let link = 0; link < 12; link += 1) {
      const ids = Array.from({ length: 10 }, (_, nth) => `req_${link}_${nth}`)
      await logged(...ids.flatMap((id) => [admitted(id), finished(id)]))
    }
    const others = [1, 2].map(() => connectPostgres(house.target, 'test'))
    await Promise.all([db, ...others, db].map((on) => tally(on)))
    await tally()
    await Promise.all(others.map((other) => other.destroy()))
    expect(await sums()).toEqual({ requests: 120, ended: { succeeded: 120 }, ...SETTLED })
  })

  it('when it is committed after a tally that began later', async () => {
    const late = await db.transaction()
    await logEntries(late, org, [admitted('req_1')])
    await tally()
    expect((await sums()).requests).toBe(0)
    await late.commit()
    await logged(admitted('req_2'))
    await tally()
    expect((await sums()).requests).toBe(2)
  })
})

describe('the tally goes on', () => {
  it('after a day of the log, and then its links, were dropped before it counted them', async () => {
    await logged(admitted('req_1'))
    await logged(admitted('req_2'))
    await superuser('access_log').where({ organization_id: org, request_id: 'req_1' }).delete()
    await tally()
    expect((await sums()).requests).toBe(1)
    await logged(admitted('req_3'))
    await superuser('chain_batches')
      .where({ chain: `access-log/${org}` })
      .delete()
    expect(await tallyPortion(db, org)).toBe('done')
    await logged(admitted('req_4'))
    await tally()
    expect((await sums()).requests).toBe(2)
  })

  it.each<[string, unknown]>([
    ['that is a list', []],
    ['that is a text', 'x'],
    ['that is null', null],
    [
      'with fields of other kinds',
      { app: 7, service: { a: 1 }, secrets: 'none', platform: [], appVersion: 'v'.repeat(5_000), unattested: 'yes' },
    ],
    [
      'with long texts',
      { app: 'a'.repeat(5_000), secrets: [7, null, { id: 1 }, { id: 's'.repeat(5_000) }], unattested: 1 },
    ],
  ])('past an admitted entry %s, which somebody wrote by hand: it counts under nothing', async (_what, written) => {
    await logged(admitted('req_1'), admitted('req_2'))
    await superuser('access_log')
      .where({ organization_id: org, request_id: 'req_1' })
      .update({ entry: JSON.stringify(written), at: 'infinity' })
    await tally()
    const rows = await db('usage_hours').where({ organization_id: org }).orderBy('app_id')
    expect(
      rows.map(({ app_id, service_id, app_version, requests }) => [app_id, service_id, app_version, requests]),
    ).toEqual([
      ['', '', '', '1'],
      ['app_1', 'svc_1', '', '1'],
    ])
    expect(await db('usage_secrets').where({ organization_id: org }).pluck('secret_id')).toEqual(['sec_1'])
  })

  it.each<[string]>([
    ['[]'],
    ['"x"'],
    ['{"status": "200", "fault": 7, "totalMs": [], "aborted": "no"}'],
    ['{"status": 1e300, "requestBytes": 1e300, "totalMs": -1e300, "upstreamMs": 1e300}'],
    ['{"status": 0.5, "totalMs": 1.5, "fault": null}'],
  ])('past a finished entry %s, which somebody wrote by hand: it counts as failed', async (written) => {
    await logged(admitted('req_1'), finished('req_1'))
    await superuser('access_log')
      .where({ organization_id: org, request_id: 'req_1', kind: 'finished' })
      .update({ entry: written })
    await tally()
    expect(await sums()).toEqual({ requests: 1, ended: { failed: 1 }, ...SETTLED })
  })

  it('past an organization whose log cannot be counted', async () => {
    await logged(admitted('req_1'))
    await tally()
    await superuser('usage_hours').where({ organization_id: org }).update({ requests: '9223372036854775807' })
    await logged(admitted('req_2'))
    const stuck = org
    org = newId('organization')
    await logged(admitted('req_1'))
    await tally()
    expect((await sums()).requests).toBe(1)
    await superuser('usage_hours').where({ organization_id: stuck }).update({ requests: 1 })
    await tally()
    org = stuck
    expect((await sums()).requests).toBe(2)
  })
})

describe('what clients send is bounded', () => {
  it('a code of no fault counts as OTHER', async () => {
    await logged(admitted('req_1'), finished('req_1', { fault: 'NO_SUCH_FAULT' }))
    await tally()
    expect(await db('usage_faults').where({ organization_id: org }).pluck('code')).toEqual(['OTHER'])
  })

  it('the first versions of an app on a day count by themselves, the most frequent first, all others as other', async () => {
    const max = ANALYTICS_LIMITS.versionsMax
    const versionsOf = async () => {
      const rows = await db('usage_hours').where({ organization_id: org }).orderBy('app_version')
      return new Map(rows.map(({ app_version, requests }) => [app_version, Number(requests)]))
    }
    const many = Array.from({ length: max + 5 }, (_, nth) => admitted(`req_${nth}`, { appVersion: `a${nth}` }))
    const noon = new Date().setUTCHours(0, 30)
    const today = (entries: readonly Entry[]) => entries.map((entry) => ({ ...entry, atMs: noon }))
    await logged(...today([...many, admitted('req_z1', { appVersion: 'z' }), admitted('req_z2', { appVersion: 'z' })]))
    await tally()
    const first = await versionsOf()
    expect([first.size, first.get('z'), first.get('other')]).toEqual([max + 1, 2, 6])
    await logged(...today([admitted('req_y', { appVersion: 'y' }), admitted('req_z3', { appVersion: 'z' })]))
    await tally()
    const second = await versionsOf()
    expect([second.size, second.get('z'), second.get('other')]).toEqual([max + 1, 3, 7])
  })
})

describe('counts', () => {
  it('are kept for a year', async () => {
    await logged(admitted('req_1'), finished('req_1', { fault: 'UPSTREAM_TIMEOUT' }))
    await tally()
    const tables = ['usage_hours', 'usage_secrets', 'usage_faults']
    const countOf = async () =>
      (await Promise.all(tables.map((table) => db(table).where({ organization_id: org })))).map((rows) => rows.length)
    const age = (days: number) =>
      Promise.all(
        tables.map((table) =>
          superuser(table)
            .where({ organization_id: org })
            .update({ hour: new Date(Date.now() - days * 24 * HOUR_MS) }),
        ),
      )
    await age(365)
    await pruneUsage(db)
    expect(await countOf()).toEqual([1, 1, 1])
    await age(367)
    await pruneUsage(db)
    expect(await countOf()).toEqual([0, 0, 0])
  })

  it('of a request with two secrets are with both', async () => {
    const secrets = ['sec_1', 'sec_2', 'sec_2'].map((secretId) => ({
      secretId,
      versionId: 'v',
      generation: 1,
      name: 'N',
    }))
    await logged(admitted('req_1', { secrets }), finished('req_1'))
    await tally()
    const rows = await db('usage_secrets').where({ organization_id: org }).orderBy('secret_id')
    expect(rows.map(({ secret_id, requests, succeeded }) => [secret_id, requests, succeeded])).toEqual([
      ['sec_1', '1', '1'],
      ['sec_2', '1', '1'],
    ])
  })
})
