import { describe, expect, it } from '@jest/globals'
import { findUnusual, type HourCounts, type Observed } from './find-unusual.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Twenty past an hour. */
const NOW_MS = Date.UTC(2026, 4, 20, 15, 20)
const hoursAgo = (hours: number): number => Math.floor(NOW_MS / HOUR_MS) * HOUR_MS - hours * HOUR_MS

const QUIET: Observed = {
  nowMs: NOW_MS,
  hours: [],
  highest: [],
  keyFaults: [],
  apps: [],
  secrets: [],
  reachesBackMs: NOW_MS - 100 * DAY_MS,
}
const kindsIn = (observed: Partial<Observed>): string[] =>
  findUnusual({ ...QUIET, ...observed }).map(({ kind }) => kind)

const hour = (of: Partial<HourCounts>): HourCounts => ({
  kind: 'service',
  id: 'svc_1',
  hourMs: hoursAgo(1),
  requests: 0,
  failed: 0,
  ...of,
})

it('nothing is unusual where nothing happened', () => {
  expect(findUnusual(QUIET)).toEqual([])
})

it('every flag says what to do', () => {
  const all = findUnusual({
    ...QUIET,
    hours: [
      hour({ requests: 101, kind: 'app', id: 'app_1' }),
      hour({ hourMs: hoursAgo(5), requests: 100 }),
      hour({ hourMs: hoursAgo(4), requests: 60, failed: 60 }),
    ],
    keyFaults: ['UPSTREAM_LEAKED_KEY', 'UPSTREAM_REJECTED_KEY'].map((code) => ({
      code,
      serviceId: 'svc_1',
      hourMs: hoursAgo(2),
      requests: 1,
    })),
    apps: [
      {
        id: 'app_1',
        last: { requests: 100, unattested: 50 },
        before: { requests: 100, unattested: 1 },
        firstUnattestedMs: hoursAgo(3),
      },
    ],
    secrets: [{ id: 'sec_1', hourMs: hoursAgo(2), requests: 1, beforeMs: null, createdMs: NOW_MS - 90 * DAY_MS }],
  })
  expect(all.map(({ kind }) => kind)).toEqual([
    'provider-leaked-key',
    'provider-rejects-key',
    'spike',
    'awake',
    'unattested',
    'failures',
  ])
  for (const { advice } of all) expect(advice).toMatch(/^[A-Z][^.]+\.$/)
})

describe('a spike', () => {
  const spike = (requests: number, highest: number, hours = 1) =>
    kindsIn({
      hours: [hour({ requests, hourMs: hoursAgo(hours) })],
      highest: [
        { kind: 'service', id: 'svc_1', requests: highest },
        // Another thing of the same id, and another of the same kind.
        { kind: 'app', id: 'svc_1', requests: 100_000 },
        { kind: 'service', id: 'svc_2', requests: 100_000 },
      ],
    })

  it('is more than three times the highest hour of the week before, in the last whole hour', () => {
    expect(spike(601, 200)).toEqual(['spike'])
    expect(spike(600, 200)).toEqual([])
    expect(spike(601, 200, 0)).toEqual([])
    expect(spike(601, 200, 2)).toEqual([])
  })

  it('has more than a hundred requests, and may come out of nothing', () => {
    expect(spike(100, 0)).toEqual([])
    expect(spike(101, 0)).toEqual(['spike'])
    const [flag] = findUnusual({ ...QUIET, hours: [hour({ requests: 101 })] })
    expect(flag).toMatchObject({
      sinceMs: hoursAgo(1),
      observed: 101,
      usual: 0,
      subject: { kind: 'service', id: 'svc_1' },
    })
  })
})

describe('a fault of a key', () => {
  const faulty = (code: string, agoMs: number) =>
    kindsIn({ keyFaults: [{ code, serviceId: 'svc_1', hourMs: NOW_MS - agoMs, requests: 1 }] })

  it('is flagged for a day where the provider refuses the key, for a week where its answer held the key', () => {
    expect(faulty('UPSTREAM_REJECTED_KEY', DAY_MS - 1)).toEqual(['provider-rejects-key'])
    expect(faulty('UPSTREAM_REJECTED_KEY', DAY_MS)).toEqual([])
    expect(faulty('UPSTREAM_LEAKED_KEY', 7 * DAY_MS - 1)).toEqual(['provider-leaked-key'])
    expect(faulty('UPSTREAM_LEAKED_KEY', 7 * DAY_MS)).toEqual([])
  })

  it('is one flag for each service, since its first hour', () => {
    const fault = { code: 'UPSTREAM_LEAKED_KEY', serviceId: 'svc_1', hourMs: hoursAgo(9), requests: 2 }
    const keyFaults = [fault, { ...fault, hourMs: hoursAgo(3) }, { ...fault, serviceId: 'svc_2' }]
    expect(findUnusual({ ...QUIET, keyFaults })).toMatchObject([
      { subject: { id: 'svc_1' }, sinceMs: hoursAgo(9), observed: 4, usual: null },
      { subject: { id: 'svc_2' }, observed: 2 },
    ])
  })
})

describe('failures', () => {
  const failing = (requests: number, failed: number, usual: readonly [number, number]) =>
    kindsIn({
      hours: [
        hour({ hourMs: hoursAgo(20), requests: usual[0], failed: usual[1] }),
        hour({ hourMs: hoursAgo(3), requests, failed }),
      ],
    })

  it('are more than half of an hour’s, after less than a tenth the day before', () => {
    expect(failing(50, 26, [100, 9])).toEqual(['failures'])
    expect(failing(50, 25, [100, 9])).toEqual([])
    expect(failing(50, 26, [100, 10])).toEqual([])
  })

  it('need fifty requests in the hour, and fifty the day before', () => {
    expect(failing(49, 49, [100, 0])).toEqual([])
    expect(failing(50, 50, [49, 0])).toEqual([])
  })

  it('are one flag for a service, of its last such hour', () => {
    const before = hour({ hourMs: hoursAgo(20), requests: 1_000 })
    const hours = [
      before,
      hour({ hourMs: hoursAgo(4), requests: 50, failed: 40 }),
      hour({ hourMs: hoursAgo(3), requests: 50, failed: 50 }),
    ]
    expect(findUnusual({ ...QUIET, hours })).toMatchObject([{ sinceMs: hoursAgo(3), observed: 100, usual: 4 }])
  })
})

describe('unattested requests', () => {
  const unattested = (last: readonly [number, number], before: readonly [number, number]) =>
    kindsIn({
      apps: [
        {
          id: 'app_1',
          last: { requests: last[0], unattested: last[1] },
          before: { requests: before[0], unattested: before[1] },
          firstUnattestedMs: hoursAgo(3),
        },
      ],
    })

  it('are more than a fifth, and at least twice the share of the week before', () => {
    expect(unattested([100, 21], [100, 10])).toEqual(['unattested'])
    expect(unattested([100, 20], [100, 0])).toEqual([])
    expect(unattested([100, 21], [100, 11])).toEqual([])
  })

  it('need fifty requests on either side', () => {
    expect(unattested([49, 49], [100, 0])).toEqual([])
    expect(unattested([100, 100], [49, 0])).toEqual([])
  })
})

describe('an awakened secret', () => {
  const awake = (of: Partial<Observed['secrets'][number]>, reachesBackMs: number | null = NOW_MS - 100 * DAY_MS) =>
    kindsIn({
      secrets: [
        { id: 'sec_1', hourMs: hoursAgo(2), requests: 3, beforeMs: null, createdMs: NOW_MS - 90 * DAY_MS, ...of },
      ],
      reachesBackMs,
    })

  it('was not used for 30 days', () => {
    expect(awake({ beforeMs: hoursAgo(2 + 30 * 24) })).toEqual(['awake'])
    expect(awake({ beforeMs: hoursAgo(1 + 30 * 24) })).toEqual([])
  })

  it('is one that was there, with counts that reach back as far', () => {
    expect(awake({ createdMs: hoursAgo(1 + 30 * 24) })).toEqual([])
    expect(awake({}, hoursAgo(1 + 30 * 24))).toEqual([])
    expect(awake({}, null)).toEqual([])
    expect(awake({})).toEqual(['awake'])
  })
})
