import { expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import { readNow } from '../../db/read.js'
import { runtimeDatabase } from '../../test/runtime-database.js'
import { BUCKETS } from '../histogram.js'
import { findUnusual } from './find-unusual.js'
import { observe } from './observe.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOW_MS = Date.UTC(2026, 4, 20, 15, 20)
const hoursAgo = (hours: number): number => Math.floor(NOW_MS / HOUR_MS) * HOUR_MS - hours * HOUR_MS

const { db } = await startForAllTests(runtimeDatabase)
const org = newId('organization')
const other = newId('organization')

const TIMES = BUCKETS.map(() => 0)
interface Row {
  readonly hours: number
  readonly requests: number
  readonly failed?: number
  readonly unattested?: number
}
const counts = ({ hours, requests, failed = 0, unattested = 0 }: Row) => ({
  hour: new Date(hoursAgo(hours)),
  requests,
  succeeded: requests - failed,
  refused: 0,
  failed,
  aborted: 0,
  unattested,
  request_bytes: 0,
  response_bytes: 0,
  total_times: TIMES,
  upstream_times: TIMES,
})

async function used(organization_id: string, service_id: string, app_id: string, rows: readonly Row[]): Promise<void> {
  const key = { organization_id, service_id, app_id }
  // Two versions, whose counts belong together.
  for (const row of rows)
    await db('usage_hours').insert([
      { ...key, ...counts(row), platform: 'ios', app_version: '1' },
      { ...key, ...counts({ ...row, requests: 0, failed: 0, unattested: 0 }), platform: 'ios', app_version: '2' },
    ])
}

it('every pattern is found in the counts of its organization, and in no other', async () => {
  for (const id of [org, other])
    await db('organizations').insert({ id, slug: id.toLowerCase().replace('_', '-'), name: 'O', state: 'active' })
  const app = { organization_id: org, name: 'A', platform: 'ios' }
  await db('apps').insert([
    { ...app, id: 'app_audit', slug: 'audit', token: 'one', policy: 'audit' },
    { ...app, id: 'app_off', slug: 'off', token: 'two', policy: 'off' },
  ])
  const secret = {
    organization_id: org,
    state: 'active',
    generation: 1,
    mask: '****',
    bindings: '{}',
    created_by: 'usr_1',
  }
  const created_at = new Date(NOW_MS - 200 * DAY_MS)
  await db('secrets').insert([
    { ...secret, id: 'sec_asleep', name: 'ASLEEP', version_id: 'ver_1', created_at },
    { ...secret, id: 'sec_used', name: 'USED', version_id: 'ver_2', created_at },
  ])
  // Long ago, so that the counts reach back.
  await used(org, 'svc_calm', 'app_calm', [
    { hours: 24 * 60, requests: 1 },
    { hours: 1, requests: 100 },
  ])
  await used(org, 'svc_spike', 'app_audit', [
    { hours: 30, requests: 60 },
    { hours: 1, requests: 181, unattested: 100 },
  ])
  await used(org, 'svc_calm', 'app_off', [
    { hours: 30, requests: 60 },
    { hours: 2, requests: 100, unattested: 100 },
  ])
  await used(org, 'svc_broken', 'app_calm', [
    { hours: 20, requests: 60 },
    { hours: 3, requests: 60, failed: 60 },
  ])
  await used(other, 'svc_other', 'app_other', [{ hours: 1, requests: 5_000 }])
  const key = { organization_id: org, service_id: 'svc_calm', app_id: 'app_calm' }
  const old = { hours: 24 * 40, requests: 5 }
  await db('usage_secrets').insert([
    { ...key, secret_id: 'sec_asleep', ...counts(old) },
    { ...key, secret_id: 'sec_used', ...counts({ ...old, hours: 24 * 20 }) },
    ...['sec_asleep', 'sec_used'].map((secret_id) => ({ ...key, secret_id, ...counts({ hours: 5, requests: 7 }) })),
  ])
  const fault = { ...key, requests: 3 }
  await db('usage_faults').insert([
    { ...fault, code: 'UPSTREAM_LEAKED_KEY', hour: new Date(hoursAgo(100)) },
    { ...fault, code: 'UPSTREAM_REJECTED_KEY', hour: new Date(hoursAgo(4)) },
    { ...fault, code: 'UPSTREAM_TIMEOUT', hour: new Date(hoursAgo(4)) },
  ])
  const flags = findUnusual(await observe(readNow(db), org, NOW_MS))
  const shown = flags.map(({ kind, subject, sinceMs, observed, usual }) => [kind, subject.id, sinceMs, observed, usual])
  expect(shown).toEqual([
    ['provider-leaked-key', 'svc_calm', hoursAgo(100), 3, null],
    ['provider-rejects-key', 'svc_calm', hoursAgo(4), 3, null],
    ['spike', 'app_audit', hoursAgo(1), 181, 60],
    ['spike', 'svc_spike', hoursAgo(1), 181, 60],
    ['awake', 'sec_asleep', hoursAgo(5), 7, 0],
    ['unattested', 'app_audit', hoursAgo(1), 55, 0],
    ['failures', 'svc_broken', hoursAgo(3), 100, 0],
  ])
})
