import { describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { AccessRequest } from '../admit/admission.js'
import type { Quota, Route } from '../routes/route.js'
import { routeFromWire } from '../routes/route-from-wire.js'
import { type Gate, gate } from '../test/gate.js'
import { type ManualTime, manualTime } from '../test/manual-time.js'
import { createQuotaLedger, type QuotaLedger } from '../test/quota-ledger.js'
import { routeResponse } from '../test/route-response.js'
import { silentLog } from '../test/silent-log.js'
import type { DrawQuota } from './draw-quota.js'
import { createHeldQuotas, HELD_QUOTA_LIMITS, type HeldQuotas } from './held-quotas.js'
import type { Exceeded, Reservation } from './quotas.js'

const DAY_MS = 86_400_000
/** The most that a proxy holds of one quota: the last quarter of a block, and the next one. */
const HELD_UNITS_MAX = 1_250
const APP_DAY = { scope: 'app', period: 'day', subject: 'app_1' } as const

const ROUTE: Route = { ...routeFromWire(routeResponse()), notAfter: 0 }
const request = (quotas: readonly Quota[], route: Partial<Route> = {}): AccessRequest => ({
  requestId: 'req_1',
  route: { ...ROUTE, limits: [], quotas, ...route },
  method: 'GET',
  path: '/',
  sourceAddress: '198.51.100.7',
  appVersion: null,
})
const quota = (count: number, over: Partial<Quota> = {}): Quota => ({ scope: 'app', period: 'day', count, ...over })

interface Rig {
  readonly time: ManualTime
  readonly ledger: QuotaLedger
  /** `away`: management is away. `hold`: its answers wait for this gate. */
  readonly says: { away: boolean; hold: Gate<void> | null }
  /** Another process on the same counters. */
  proxy(limits?: { stocksMax: number; idleMs: number }): HeldQuotas
}

function rig(): Rig {
  const time = manualTime()
  const ledger = createQuotaLedger(time.clock)
  const says: Rig['says'] = { away: false, hold: null }
  const drawQuota: DrawQuota = async (draws, returns) => {
    await says.hold?.passed
    if (says.away) throw new Fault('UNAVAILABLE', 'away')
    return ledger.draw(draws, returns)
  }
  return {
    time,
    ledger,
    says,
    proxy: (limits) =>
      createHeldQuotas({
        drawQuota,
        clock: time.clock,
        schedule: time.schedule,
        log: silentLog(),
        ...(limits ? { limits } : {}),
      }),
  }
}

async function granted(quotas: HeldQuotas, asked: AccessRequest): Promise<Reservation> {
  const reserved = await quotas.reserve(asked)
  if ('exceeded' in reserved) throw new Error('refused')
  return reserved
}

async function exceeded(quotas: HeldQuotas, asked: AccessRequest): Promise<Exceeded> {
  const reserved = await quotas.reserve(asked)
  if (!('exceeded' in reserved)) throw new Error('granted')
  return reserved.exceeded
}

/** Admits until it is refused; returns how many were admitted. */
async function spendAll(quotas: HeldQuotas, asked: AccessRequest, most = Number.POSITIVE_INFINITY): Promise<number> {
  for (let spent = 0; ; spent += 1) {
    if (spent === most) return spent
    const reserved = await quotas.reserve(asked)
    if ('exceeded' in reserved) return spent
    reserved.keep()
  }
}

describe('quotas that are drawn in blocks', () => {
  it('are spent from memory: 10,000 requests ask management fewer than 40 times, and wait under 10 times', async () => {
    const { ledger, proxy } = rig()
    const quotas = proxy()
    const asked = request([quota(1_000_000), quota(1_000_000, { scope: 'organization', period: 'month' })])
    let waits = 0
    for (let at = 0; at < 10_000; at += 1) {
      const reserving = quotas.reserve(asked)
      if (reserving instanceof Promise) waits += 1
      const reserved = await reserving
      if ('exceeded' in reserved) throw new Error('refused')
      reserved.keep()
      // Lets other requests, and answers, in between.
      if (at % 8 === 0) await new Promise(setImmediate)
    }
    expect(ledger.calls.length).toBeLessThan(40)
    expect(waits).toBeLessThan(10)
    expect(ledger.drawn(APP_DAY)).toBeGreaterThanOrEqual(10_000)
    expect(ledger.drawn(APP_DAY) - 10_000).toBeLessThanOrEqual(HELD_UNITS_MAX)
  })

  it('admit exactly the quota when two proxies spend it, the last unit included', async () => {
    const { proxy } = rig()
    const [one, other] = [proxy(), proxy()]
    const asked = request([quota(777)])
    let admitted = 0
    // In turns, until both refuse.
    for (let refused = 0; refused < 2; ) {
      refused = 0
      for (const quotas of [one, other]) {
        const got = await spendAll(quotas, asked, 7)
        admitted += got
        if (got < 7) refused += 1
      }
    }
    expect(admitted).toBe(777)
  })

  it('never admit too much after a proxy was killed, and lose at most the 1,250 units that it may hold', async () => {
    const { proxy } = rig()
    const [killed, left] = [proxy(), proxy()]
    const asked = request([quota(100_000)])
    const before = await spendAll(killed, asked, 5_000)
    // The killed proxy gives nothing back.
    const after = await spendAll(left, asked)
    expect(before + after).toBeLessThanOrEqual(100_000)
    expect(before + after).toBeGreaterThanOrEqual(100_000 - HELD_UNITS_MAX)
  })

  it('are given back when a proxy closes, so that another proxy admits all that is left', async () => {
    const { proxy } = rig()
    const [one, other] = [proxy(), proxy()]
    const asked = request([quota(10_000)])
    const before = await spendAll(one, asked, 1_234)
    await one.close(1_000)
    expect(before + (await spendAll(other, asked))).toBe(10_000)
  })

  it('are given back for an idle subject, and for the least recently used one when there are too many', async () => {
    const { proxy, time, ledger } = rig()
    const quotas = proxy({ stocksMax: 2, idleMs: 60_000 })
    const device = (deviceId: string) => request([quota(1_000, { scope: 'device' })], { deviceId })
    const drawn = (subject: string) => ledger.drawn({ scope: 'device', period: 'day', subject })
    for (const id of ['dvc_1', 'dvc_2']) (await granted(quotas, device(id))).keep()
    time.advance(2_000)
    ;(await granted(quotas, device('dvc_1'))).keep()
    expect(drawn('dvc_2')).toBeGreaterThan(1)
    ;(await granted(quotas, device('dvc_3'))).keep()
    await until(() => (drawn('dvc_2') === 1 ? true : undefined))
    expect(quotas.stocks).toBe(2)
    time.advance(70_000)
    await until(() => (drawn('dvc_1') === 2 && drawn('dvc_3') === 1 ? true : undefined))
    expect(quotas.stocks).toBe(0)
  })

  it('draw one block for all requests that wait, and give each of them a unit', async () => {
    const { proxy, ledger } = rig()
    const quotas = proxy()
    const asked = request([quota(1_000)])
    await Promise.all(Array.from({ length: 500 }, async () => (await granted(quotas, asked)).keep()))
    expect(ledger.calls).toHaveLength(1)
  })
})

describe('a quota that is used up', () => {
  it('is reported with its end to the millisecond, and management is asked at most once a second', async () => {
    const { proxy, time, ledger } = rig()
    const quotas = proxy()
    const asked = request([quota(2), quota(100, { period: 'month' })])
    await spendAll(quotas, asked, 2)
    const midnight = Date.UTC(2026, 0, 16)
    expect(await exceeded(quotas, asked)).toEqual({
      scope: 'app',
      period: 'day',
      count: 2,
      startsAtMs: midnight - DAY_MS,
      endsAtMs: midnight,
      retryAfterMs: midnight - time.clock.wallMs(),
    })
    const calls = ledger.calls.length
    for (let at = 0; at < 100; at += 1) await exceeded(quotas, asked)
    expect(ledger.calls.length).toBe(calls)
    time.advance(1_000)
    await exceeded(quotas, asked)
    expect(ledger.calls.length).toBe(calls + 1)
  })

  it('is reported as the one with the longest wait when two are used up', async () => {
    const { proxy } = rig()
    const quotas = proxy()
    const asked = request([quota(1), quota(1, { scope: 'organization', period: 'month' })])
    await spendAll(quotas, asked, 1)
    expect(await exceeded(quotas, asked)).toMatchObject({ scope: 'organization', period: 'month' })
  })

  it('is not reported to a waiting request while the last unit may still be given back', async () => {
    const { proxy } = rig()
    const quotas = proxy()
    const asked = request([quota(1)])
    const last = await granted(quotas, asked)
    let answered = false
    const waiting = Promise.resolve(quotas.reserve(asked)).then((reserved) => {
      answered = true
      return reserved
    })
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
    expect(answered).toBe(false)
    last.giveBack()
    const second = await waiting
    expect(second).not.toHaveProperty('exceeded')
    const third = quotas.reserve(asked)
    if (!('exceeded' in second)) second.keep()
    expect(await third).toHaveProperty('exceeded')
  })

  it('has one unit again when an admitted request gives its unit back, even if it does so twice', async () => {
    const { proxy } = rig()
    const quotas = proxy()
    const asked = request([quota(1)])
    const admitted = await granted(quotas, asked)
    admitted.keep()
    await exceeded(quotas, asked)
    admitted.giveBack()
    admitted.giveBack()
    ;(await granted(quotas, asked)).keep()
    await exceeded(quotas, asked)
  })

  it('costs a refused request no unit of its other quotas', async () => {
    const { proxy, ledger } = rig()
    const quotas = proxy()
    const both = request([quota(100, { period: 'month' }), quota(1)])
    await spendAll(quotas, both, 1)
    for (let at = 0; at < 50; at += 1) await exceeded(quotas, both)
    expect(await spendAll(quotas, request([quota(100, { period: 'month' })]))).toBe(99)
    expect(ledger.drawn({ ...APP_DAY, period: 'month' })).toBe(100)
  })
})

describe('a period', () => {
  it('ends at midnight by management’s clock, and units left of its block are not spent in the next one', async () => {
    const { proxy, time, ledger } = rig()
    const quotas = proxy()
    const asked = request([quota(100)])
    await spendAll(quotas, asked, 10)
    time.advance(Date.UTC(2026, 0, 16) - time.clock.wallMs())
    expect(await spendAll(quotas, asked)).toBe(100)
    expect(ledger.drawn(APP_DAY)).toBe(100)
  })

  it('begins at the very millisecond that the refusal named, and not before', async () => {
    const { proxy, time } = rig()
    const quotas = proxy()
    const asked = request([quota(10)])
    time.advance(Date.UTC(2026, 0, 16) - time.clock.wallMs() - 1)
    expect(await spendAll(quotas, asked)).toBe(10)
    expect((await exceeded(quotas, asked)).retryAfterMs).toBe(1)
    time.advance(1)
    expect(await spendAll(quotas, asked)).toBe(10)
  })

  it('of a newly drawn block is that of all held units: those of another period are not spent in it', async () => {
    const { proxy, time, ledger } = rig()
    const quotas = proxy()
    const asked = request([quota(1_600)])
    await spendAll(quotas, asked, 1)
    // Management's clock is set to tomorrow. The proxy's stands, so the block seems good until the next one has landed.
    time.clock.stepWall(DAY_MS)
    await spendAll(quotas, asked, 12)
    await new Promise(setImmediate)
    await until(() => (ledger.drawn(APP_DAY) > 0 ? true : undefined))
    expect(await spendAll(quotas, asked)).toBe(1_600)
  })

  it('gets no unit back from a request that was admitted in the period before', async () => {
    const { proxy, time } = rig()
    const quotas = proxy()
    const asked = request([quota(5)])
    const yesterday = await granted(quotas, asked)
    time.advance(DAY_MS)
    ;(await granted(quotas, asked)).keep()
    yesterday.giveBack()
    expect(await spendAll(quotas, asked)).toBe(4)
  })
})

describe('while management is away', () => {
  it('the rest of a block is spent, then requests are refused with UNAVAILABLE until management returns', async () => {
    const { proxy, says, ledger } = rig()
    const quotas = proxy()
    const asked = request([quota(1_600)])
    await spendAll(quotas, asked, 1)
    const held = ledger.drawn(APP_DAY) - 1
    expect(held).toBeGreaterThan(10)
    says.away = true
    expect(await spendAll(quotas, asked, held)).toBe(held)
    for (let at = 0; at < 3; at += 1)
      await expect(Promise.resolve(quotas.reserve(asked))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    says.away = false
    expect(held + 1 + (await spendAll(quotas, asked))).toBe(1_600)
  })

  it('all waiting requests are rejected, and no unit of their other quotas is kept', async () => {
    const { proxy, says, ledger } = rig()
    const quotas = proxy()
    await spendAll(quotas, request([quota(1_600, { period: 'month' })]), 1)
    says.away = true
    const both = request([quota(1_600, { period: 'month' }), quota(10)])
    const waiting = await Promise.allSettled(Array.from({ length: 9 }, async () => granted(quotas, both)))
    expect(waiting.every(({ status }) => status === 'rejected')).toBe(true)
    says.away = false
    expect(1 + (await spendAll(quotas, request([quota(1_600, { period: 'month' })])))).toBe(1_600)
    expect(ledger.drawn(APP_DAY)).toBe(0)
  })

  it('a block that arrives after the proxy has closed is given back', async () => {
    const { proxy, says, ledger } = rig()
    const quotas = proxy()
    const asked = request([quota(1_600)])
    await spendAll(quotas, asked, 1)
    const block = ledger.drawn(APP_DAY)
    says.hold = gate()
    // Spends into the last quarter, so that the next block is on its way.
    await spendAll(quotas, asked, block - 2)
    await new Promise(setImmediate)
    const closed = quotas.close(60_000)
    says.hold.open()
    await closed
    await until(() => (ledger.drawn(APP_DAY) === block - 1 ? true : undefined))
  })
})

it('a quota that was changed draws a new block, and units held of the old quota are given back', async () => {
  const { proxy, time, ledger } = rig()
  const quotas = proxy()
  expect(await spendAll(quotas, request([quota(1_600)]), 10)).toBe(10)
  await exceeded(quotas, request([quota(10)]))
  time.advance(HELD_QUOTA_LIMITS.idleMs + HELD_QUOTA_LIMITS.tendEveryMs)
  await until(() => (ledger.drawn(APP_DAY) === 10 ? true : undefined))
  expect(await spendAll(quotas, request([quota(12)]))).toBe(2)
})

it('a subject beyond the bound is refused with UNAVAILABLE while all held subjects are in use', async () => {
  const { proxy } = rig()
  const quotas = proxy({ stocksMax: 3, idleMs: 60_000 })
  const device = (deviceId: string) => request([quota(10, { scope: 'device' })], { deviceId })
  const held = await Promise.all(['dvc_1', 'dvc_2', 'dvc_3'].map((id) => granted(quotas, device(id))))
  expect(() => quotas.reserve(device('dvc_4'))).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }))
  for (const one of held) one.keep()
  ;(await granted(quotas, device('dvc_4'))).keep()
  expect(quotas.stocks).toBe(3)
})
