import { expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import { tendPartitions } from '../../access-log/store/tend-partitions.js'
import { runtimeDatabase } from '../../test/runtime-database.js'
import { tallyPortion } from './tally-portion.js'

const REQUESTS = 20_000
const REQUESTS_PER_LINK = 1_000
const REQUESTS_AT_ONCE = 10_000

const { db, superuser } = await startForAllTests(runtimeDatabase)

/** Each request in one link, and its outcome in the next, of 20 services and 10 versions. */
async function logMany(organizationId: string): Promise<void> {
  await tendPartitions(db, 90)
  const links = REQUESTS / REQUESTS_PER_LINK
  for (let from = 0; from < REQUESTS; from += REQUESTS_AT_ONCE)
    await superuser.raw(
      `INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry, batch)
     SELECT current_date, 'boot_1', 1, n * 2 + ends, CASE ends WHEN 0 THEN 'admitted' ELSE 'finished' END, now(),
       'req_' || n, ?, CASE ends WHEN 0 THEN jsonb_build_object('app', 'app_1', 'service', 'svc_' || n % 20, 'secrets',
         jsonb_build_array(jsonb_build_object('id', 'sec_' || n % 20, 'name', 'KEY', 'version', 'ver_1', 'generation', 1)),
         'platform', 'ios', 'appVersion', '1.' || n % 10, 'unattested', false, 'path', '/v1/chat/completions',
         'method', 'POST', 'device', '', 'session', '', 'sourceAddress', '192.0.2.1')
       ELSE jsonb_build_object('status', 200, 'fault', '', 'requestBytes', n % 1000, 'responseBytes', n % 5000,
         'upstreamMs', n % 900, 'totalMs', n % 1000, 'aborted', false) END, n / ? + ends
     FROM generate_series(?::integer, ?::integer) AS n, generate_series(0, 1) AS ends`,
      [organizationId, REQUESTS_PER_LINK, from, from + REQUESTS_AT_ONCE - 1],
    )
  await superuser.raw(
    `INSERT INTO chain_batches (chain, number, batch, day, entries, digest, head)
     SELECT ?, n + 1, n, current_date, ?, '', '' FROM generate_series(0, ?::integer) AS n`,
    [`access-log/${organizationId}`, REQUESTS_PER_LINK * 2, links],
  )
  await superuser.raw('INSERT INTO chain_heads (chain, count) VALUES (?, ?)', [
    `access-log/${organizationId}`,
    links + 1,
  ])
  await superuser.raw('ANALYZE access_log')
}

it('Twenty thousand requests are counted, each once, and the run says how long that took', async () => {
  const organizationId = newId('organization')
  await logMany(organizationId)
  const beganMs = performance.now()
  while ((await tallyPortion(db, organizationId)) === 'more');
  const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1)
  process.stdout.write(`a tally of ${REQUESTS} requests took ${seconds} s\n`)
  const [sums] = await db('usage_hours')
    .where({ organization_id: organizationId })
    .sum({ requests: 'requests', succeeded: 'succeeded' })
  expect(sums).toEqual({ requests: String(REQUESTS), succeeded: String(REQUESTS) })
}, 120_000)
