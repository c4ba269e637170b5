import { beforeAll, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { tendPartitions } from '../../access-log/store/tend-partitions.js'
import { restHarness } from '../../test/rest-harness.js'
import { admitted, type Entry, finished, logEntries } from '../../test/usage-harness.js'
import { tallyLog } from '../tally/tally-log.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Half past noon, so that hours before and after are of the same day. */
const NOW = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS + 12.5 * HOUR_MS)
const house = await startForAllTests(() => restHarness({ clock: manualClock(NOW.getTime()) }))
const { db } = house
const owner = await house.person('owner')
const stranger = await house.person('stranger')
const org = await house.organization(owner, 'Mine')
const others = await house.organization(stranger, 'Others')

const make = async (path: string, body: object): Promise<string> =>
  (await owner.ask('POST', `/orgs/${org}${path}`, body).expect(201)).body.id
const secretId = await make('/secrets', { name: 'OPENAI_API_KEY', value: 'sk-analytics-0123456789', preset: 'openai' })
const serviceId = await make('/services', { name: 'OpenAI', slug: 'openai', preset: 'openai' })
const appId = await make('/apps', { name: 'Phone', slug: 'phone', platform: 'ios' })
const goneId = await make('/apps', { name: 'Gone', slug: 'gone', platform: 'android' })
await owner.ask('DELETE', `/orgs/${org}/apps/${goneId}`).expect(204)

const tally = () => tallyLog({ db, clock: systemClock, log: createLogger('test', 'silent') })
const ask = (query = '', who = owner) => who.ask('GET', `/orgs/${org}/analytics${query}`)

const secrets = [{ secretId, versionId: 'ver_1', generation: 1, name: 'OPENAI_API_KEY' }]
const ofPhone = { appId, serviceId, secrets, platform: 'ios', appVersion: '1.0' }
const ofGone = { appId: goneId, serviceId: 'svc_unknown', secrets: [], platform: 'android', appVersion: '' }

const [nine, ten] = [9, 10].map((hour) => NOW.getTime() - 12.5 * HOUR_MS + hour * HOUR_MS)
const ENTRIES: readonly Entry[] = [
  admitted('req_1', ofPhone, nine),
  finished('req_1', { requestBytes: 10, responseBytes: 20, upstreamMs: 90, totalMs: 120 }, nine),
  admitted('req_2', { ...ofPhone, unattested: true }, ten),
  finished('req_2', { status: 502, fault: 'UPSTREAM_REJECTED_KEY', totalMs: 900 }, ten),
  admitted('req_3', ofGone, ten),
  finished('req_3', { status: 500, upstreamMs: 300, totalMs: 301 }, ten),
  admitted('req_4', ofPhone, ten),
]

beforeAll(async () => {
  await tendPartitions(db, 90)
  await logEntries(db, org, ENTRIES)
  await logEntries(db, others, [admitted('req_1', ofPhone, ten), finished('req_1', {}, ten)])
  await tally()
})

const day = `from=${new Date(NOW.getTime() - 12.5 * HOUR_MS).toISOString()}`

describe('analytics', () => {
  it('has totals, with the percentiles of the requests together', async () => {
    const { body } = await ask(`?${day}`).expect(200)
    expect(body.totals).toEqual({
      requests: 4,
      succeeded: 1,
      refused: 0,
      failed: 2,
      aborted: 0,
      unattested: 1,
      requestBytes: 12,
      responseBytes: 24,
      total: { p50: 400, p95: 1_000, p99: 1_000 },
      upstream: { p50: 100, p95: 300, p99: 300 },
    })
    expect(body.faults).toEqual([{ code: 'UPSTREAM_REJECTED_KEY', count: 1 }])
  })

  it('has a point for each hour of the range, with zeros where nothing happened', async () => {
    const { body } = await ask(`?${day}&step=hour`).expect(200)
    const requests = body.series.map((point: { requests: number }) => point.requests)
    expect(requests).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 0, 0])
    expect(body.series[0].at).toBe(body.from)
    expect(body.series[0].total).toEqual({ p50: null, p95: null, p99: null })
    expect(new Date(body.to).getTime() - NOW.getTime()).toBe(HOUR_MS / 2)
  })

  it('is of the last seven days by whole days, unless another range is given', async () => {
    const { body } = await ask().expect(200)
    expect(body).toMatchObject({ step: 'day', by: 'service', totals: { requests: 4 } })
    expect(body.series).toHaveLength(8)
    const before = await ask(`?from=2020-01-01T12:00:00Z&to=2020-01-02T00:00:00Z`).expect(200)
    expect(before.body).toMatchObject({ from: '2020-01-01T00:00:00.000Z', totals: { requests: 0 }, groups: [] })
    expect(before.body.series).toHaveLength(1)
  })

  it.each<[string, object[]]>([
    [
      'service',
      [
        { id: serviceId, slug: 'openai', name: 'OpenAI', requests: 3 },
        { id: 'svc_unknown', slug: null, name: null },
      ],
    ],
    [
      'app',
      [
        { id: appId, name: 'Phone' },
        { id: goneId, slug: 'gone', name: 'Gone', failed: 1 },
      ],
    ],
    ['secret', [{ id: secretId, slug: null, name: 'OPENAI_API_KEY', requests: 3 }]],
    [
      'platform',
      [
        { id: 'ios', slug: null, name: null, requests: 3 },
        { id: 'android', requests: 1 },
      ],
    ],
    [
      'version',
      [
        { id: '1.0', requests: 3 },
        { id: '', requests: 1 },
      ],
    ],
  ])('is grouped by %s, with the names of deleted things', async (by, groups) => {
    const { body } = await ask(`?${day}&by=${by}`).expect(200)
    expect(body.groups).toMatchObject(groups)
    expect([body.groups.length, body.moreGroups]).toEqual([groups.length, 0])
  })

  it.each([['app=phone'], ['service=openai']])(
    '%s leaves the others out, of faults and secrets too',
    async (filter) => {
      const { body } = await ask(`?${day}&by=secret&${filter}`).expect(200)
      expect(body).toMatchObject({ totals: { requests: 3 }, groups: [{ requests: 3 }], faults: [{ count: 1 }] })
      const gone = await ask(`?${day}&by=secret&app=gone`).expect(200)
      expect(gone.body).toMatchObject({ totals: { requests: 1 }, groups: [], faults: [] })
    },
  )

  it('shows at most 50 groups, and says how many more there are', async () => {
    const many = Array.from({ length: 52 }, (_, nth) => admitted(`req_v${nth}`, { appId: `app_${nth}` }))
    const full = await house.organization(owner, 'Many')
    await logEntries(db, full, many)
    await tally()
    const { body } = await owner.ask(
      'GET',
      `/orgs/${full}/analytics?by=app&to=2030-01-01T00:00:00Z&from=2029-12-01T00:00:00Z`,
    )
    expect(body.groups).toEqual([])
    const all = await owner.ask(
      'GET',
      `/orgs/${full}/analytics?by=app&from=${new Date(Date.now() - DAY_MS).toISOString()}&to=${new Date(Date.now() + DAY_MS).toISOString()}`,
    )
    expect([all.body.groups.length, all.body.moreGroups]).toEqual([50, 2])
  })

  it.each([
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'from', /before `to`/],
    ['from=2020-01-01T00:00:00Z&to=2020-04-03T00:00:00Z', 'from', /at most 92 days/],
    ['from=2020-01-01T00:00:00Z&to=2020-01-16T00:00:00Z&step=hour', 'from', /at most 14 days before `to`, or step=day/],
    ['app=nobody', 'app', /id or slug of an app/],
    ['service=nobody', 'service', /id or slug of an API service/],
    ['by=country', 'by', /./],
    ['step=minute', 'step', /./],
    ['where=x', 'where', /./],
  ])('refuses %s, naming %s', async (query, pointer, detail) => {
    const { body } = await ask(`?${query}`).expect(400)
    expect(body).toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ pointer, detail: expect.stringMatching(detail) }],
    })
  })

  it('has nothing of another organization, and refuses its apps as a filter like absent ones', async () => {
    const { body } = await stranger.ask('GET', `/orgs/${others}/analytics?${day}`).expect(200)
    expect(body).toMatchObject({ totals: { requests: 1 }, groups: [{ id: serviceId, slug: null, name: null }] })
    const refused = await stranger.ask('GET', `/orgs/${others}/analytics?app=${appId}`).expect(400)
    const absent = await stranger.ask('GET', `/orgs/${others}/analytics?app=app_none`).expect(400)
    expect({ ...refused.body, requestId: '' }).toEqual({ ...absent.body, requestId: '' })
    await ask('', stranger).expect(404)
  })

  it('says up to when the log has been counted: now where nothing is left, earlier where something is', async () => {
    const fresh = await house.organization(owner, 'Fresh')
    const through = async () => (await owner.ask('GET', `/orgs/${fresh}/analytics`).expect(200)).body.talliedThrough
    const beginMs = Date.now()
    expect(new Date(await through()).getTime()).toBeGreaterThanOrEqual(beginMs - 1_000)
    await logEntries(db, fresh, [admitted('req_1')])
    expect(await through()).toBeNull()
    await tally()
    const counted = await through()
    await logEntries(db, fresh, [admitted('req_2')])
    const behind = await through()
    expect(behind < counted).toBe(true)
    expect(await through()).toBe(behind)
    await tally()
    expect((await through()) > counted).toBe(true)
  })

  it('flags a key that the provider refuses, by the service, with what to do', async () => {
    const { body } = await ask('?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z').expect(200)
    expect(body.unusual).toEqual([
      {
        kind: 'provider-rejects-key',
        subject: { kind: 'service', id: serviceId, slug: 'openai', name: 'OpenAI' },
        since: new Date(ten ?? 0).toISOString(),
        observed: 1,
        usual: null,
        advice: expect.stringMatching(/replace the secret/),
      },
    ])
  })
})
