import { afterEach, describe, expect, it } from '@jest/globals'
import type { Outcome } from '../record/recorder.js'
import type { Limit, Quota, Route } from '../routes/route.js'
import { routeFromWire } from '../routes/route-from-wire.js'
import { routeResponse } from '../test/route-response.js'
import type { AccessRequest, Admission, Decision } from './admission.js'

type RecordedEntries = readonly { readonly kind: 'admitted' | 'finished' | 'void'; readonly requestId: string }[]

/** An adapter, and the authority behind it, which the test controls. */
export interface AdmissionHarness {
  readonly admission: Admission
  /** What is on record now, in the order of writing. */
  entries(): RecordedEntries | Promise<RecordedEntries>
  be(state: 'there' | 'away' | 'answers lost'): void
  /** Moves the clock that limits are counted by. */
  advance(ms: number): void | Promise<void>
  /** Waits until everything on its way to the record has arrived. */
  settled(): Promise<void>
  close(): Promise<void>
}

const ROUTE: Route = { ...routeFromWire(routeResponse()), notAfter: Number.POSITIVE_INFINITY }
const OUTCOME: Outcome = {
  status: 200,
  fault: null,
  requestBytes: 0,
  responseBytes: 0,
  upstreamMs: 1,
  totalMs: 1,
  aborted: false,
}

const limit = (scope: Limit['scope'], burst: number): Limit => ({
  scope,
  count: 60,
  periodMs: 60_000,
  burst,
  allServices: false,
})

const quota = (scope: Quota['scope'], period: Quota['period'], count: number): Quota => ({ scope, period, count })

const DAY_MS = 86_400_000

let requests = 0
function request(
  limits: readonly Limit[],
  { route = {}, sourceAddress = '198.51.100.7' }: { route?: Partial<Route>; sourceAddress?: string } = {},
): AccessRequest {
  requests += 1
  return {
    requestId: `req_${requests}`,
    route: { ...ROUTE, ...route, limits },
    method: 'POST',
    path: '/v1/x',
    sourceAddress,
    appVersion: null,
  }
}

/** Every adapter of the port must pass this. */
export function admissionContract(name: string, make: () => Promise<AdmissionHarness>): void {
  describe(`admission by ${name}`, () => {
    let harness: AdmissionHarness | undefined
    afterEach(() => harness?.close())
    const start = async (): Promise<AdmissionHarness> => {
      harness = await make()
      return harness
    }
    const kindsOf = async (from: AdmissionHarness, { requestId }: AccessRequest): Promise<string[]> =>
      (await from.entries()).filter((entry) => entry.requestId === requestId).map(({ kind }) => kind)

    it('records a request before it answers, and its end afterwards only once', async () => {
      const it_ = await start()
      const asked = request([])
      const decision = await it_.admission.admit(asked)
      expect(await kindsOf(it_, asked)).toEqual(['admitted'])
      ticketOf(decision).finish(OUTCOME)
      ticketOf(decision).void_('UNAVAILABLE')
      await it_.settled()
      expect(await kindsOf(it_, asked)).toEqual(['admitted', 'finished'])
    })

    it('voids a request that was refused after it had been admitted', async () => {
      const it_ = await start()
      const asked = request([])
      ticketOf(await it_.admission.admit(asked)).void_('SECRET_NOT_FOUND')
      await it_.settled()
      expect(await kindsOf(it_, asked)).toEqual(['admitted', 'void'])
    })

    it('refuses a request above a limit with the time to wait, and admits the next one after that time', async () => {
      const it_ = await start()
      const limits = [limit('app', 2)]
      expect(
        [await it_.admission.admit(request(limits)), await it_.admission.admit(request(limits))].every(
          ({ admitted }) => admitted,
        ),
      ).toBe(true)
      const refused = request(limits)
      expect(await it_.admission.admit(refused)).toEqual({
        admitted: false,
        limited: { scope: 'app', count: 60, periodMs: 60_000, retryAfterMs: 1_000 },
      })
      await it_.settled()
      expect(await kindsOf(it_, refused)).not.toContain('admitted')
      await it_.advance(1_000)
      expect(await it_.admission.admit(request(limits))).toMatchObject({ admitted: true })
    })

    it('refuses with the longest wait of several limits, exact to the millisecond', async () => {
      const it_ = await start()
      const limits = [limit('app', 1), { ...limit('service', 1), count: 6 }, { ...limit('organization', 1), count: 30 }]
      await it_.admission.admit(request(limits))
      expect(await it_.admission.admit(request(limits))).toMatchObject({
        limited: { scope: 'service', retryAfterMs: 10_000 },
      })
      await it_.advance(9_999)
      expect(await it_.admission.admit(request(limits))).toMatchObject({ limited: { retryAfterMs: 1 } })
      await it_.advance(1)
      expect(await it_.admission.admit(request(limits))).toMatchObject({ admitted: true })
    })

    it('counts a limit per device, and per source address if there is no device', async () => {
      const it_ = await start()
      const limits = [limit('device', 1)]
      const admitted = async (over: Parameters<typeof request>[1]): Promise<boolean> =>
        (await it_.admission.admit(request(limits, over))).admitted
      expect(await admitted({ route: { deviceId: 'dvc_1' } })).toBe(true)
      expect(await admitted({ route: { deviceId: 'dvc_1' }, sourceAddress: '203.0.113.1' })).toBe(false)
      expect(await admitted({ route: { deviceId: 'dvc_2' } })).toBe(true)
      expect(await admitted({})).toBe(true)
      expect(await admitted({})).toBe(false)
      expect(await admitted({ sourceAddress: '203.0.113.1' })).toBe(true)
    })

    it('draws nothing from one limit if another refuses the request', async () => {
      const it_ = await start()
      const both = [limit('service', 2), limit('app', 1)]
      await it_.admission.admit(request(both))
      await it_.admission.admit(request(both))
      expect(await it_.admission.admit(request([limit('service', 2)]))).toMatchObject({ admitted: true })
    })

    it('draws once from a limit for a request that begins again, and once from a limit that is new by then', async () => {
      const it_ = await start()
      const limits = [limit('app', 2)]
      const first = request(limits)
      await it_.admission.admit(first)
      const again = (now: readonly Limit[]) => it_.admission.admit({ ...request(now), admittedBy: [first.route] })
      for (let at = 0; at < 3; at += 1) expect(await again(limits)).toMatchObject({ admitted: true })
      expect(await again([...limits, limit('service', 1)])).toMatchObject({ admitted: true })
      expect(await again([...limits, limit('service', 1)])).toMatchObject({ limited: { scope: 'service' } })
      expect(await it_.admission.admit(request(limits))).toMatchObject({ admitted: true })
      expect(await it_.admission.admit(request(limits))).toMatchObject({ limited: { scope: 'app' } })
    })

    it('admits up to a quota, then refuses with that quota and the time until requests are admitted again', async () => {
      const it_ = await start()
      const quotas = [quota('app', 'day', 3), quota('organization', 'month', 100)]
      for (let at = 0; at < 3; at += 1)
        expect(await it_.admission.admit(request([], { route: { quotas } }))).toMatchObject({ admitted: true })
      const refused = request([], { route: { quotas } })
      const decision = await it_.admission.admit(refused)
      if (decision.admitted || !('exceeded' in decision)) throw new Error('not refused by a quota')
      const { exceeded } = decision
      expect(exceeded).toMatchObject({ scope: 'app', period: 'day', count: 3 })
      expect(exceeded.endsAtMs - exceeded.startsAtMs).toBe(DAY_MS)
      expect(await kindsOf(it_, refused)).toEqual([])
      await it_.advance(exceeded.retryAfterMs - 1)
      expect(await it_.admission.admit(request([], { route: { quotas } }))).toMatchObject({ admitted: false })
      await it_.advance(1)
      expect(await it_.admission.admit(request([], { route: { quotas } }))).toMatchObject({ admitted: true })
    })

    it('counts a quota per device across services and addresses, and without a device per app', async () => {
      const it_ = await start()
      const quotas = [quota('device', 'day', 1)]
      const admitted = async (route: Partial<Route>, sourceAddress = '198.51.100.7'): Promise<boolean> =>
        (await it_.admission.admit(request([], { route: { quotas, ...route }, sourceAddress }))).admitted
      expect(await admitted({ deviceId: 'dvc_1' })).toBe(true)
      expect(await admitted({ deviceId: 'dvc_1', serviceId: 'svc_2' }, '203.0.113.1')).toBe(false)
      expect(await admitted({ deviceId: 'dvc_2' })).toBe(true)
      expect(await admitted({})).toBe(true)
      expect(await admitted({})).toBe(false)
      expect(await admitted({ appId: 'app_2' })).toBe(true)
    })

    it('spends no quota on a request that a limit refuses, nor on one that is voided', async () => {
      const it_ = await start()
      const quotas = [quota('app', 'day', 3)]
      const limits = [limit('app', 1)]
      const first = ticketOf(await it_.admission.admit(request(limits, { route: { quotas } })))
      for (let at = 0; at < 5; at += 1)
        expect(await it_.admission.admit(request(limits, { route: { quotas } }))).toHaveProperty('limited')
      first.void_('SECRET_NOT_FOUND')
      first.void_('SECRET_NOT_FOUND')
      const tickets = []
      for (let at = 0; at < 3; at += 1)
        tickets.push(ticketOf(await it_.admission.admit(request([], { route: { quotas } }))))
      for (const ticket of tickets) ticket.finish(OUTCOME)
      for (const ticket of tickets) ticket.void_('UNAVAILABLE')
      expect(await it_.admission.admit(request([], { route: { quotas } }))).toHaveProperty('exceeded')
    })

    it.each(['away', 'answers lost'] as const)(
      'spends no quota on a request that could not be recorded because its authority was in the state: %s',
      async (state) => {
        const it_ = await start()
        const asked = () => request([], { route: { quotas: [quota('app', 'day', 100)] } })
        ticketOf(await it_.admission.admit(asked())).finish(OUTCOME)
        it_.be(state)
        for (let at = 0; at < 3; at += 1)
          await expect(it_.admission.admit(asked())).rejects.toMatchObject({ code: 'UNAVAILABLE' })
        it_.be('there')
        await it_.settled()
        const decisions = []
        for (let at = 0; at < 100; at += 1) decisions.push(await it_.admission.admit(asked()))
        expect(decisions.filter(({ admitted }) => admitted)).toHaveLength(99)
      },
    )

    it('admits exactly the quota when a thousand requests come at once', async () => {
      const it_ = await start()
      const quotas = [quota('organization', 'month', 101), quota('app', 'day', 150)]
      const asked = Array.from({ length: 1_000 }, () => request([], { route: { quotas } }))
      const decisions = await Promise.all(asked.map((one) => it_.admission.admit(one)))
      expect(decisions.filter(({ admitted }) => admitted)).toHaveLength(101)
      // Requests that the month's quota refused have spent nothing of the day's.
      const day = Array.from({ length: 60 }, () => request([], { route: { quotas: [quota('app', 'day', 150)] } }))
      const more = await Promise.all(day.map((one) => it_.admission.admit(one)))
      expect(more.filter(({ admitted }) => admitted)).toHaveLength(49)
    })

    it('admits exactly the limit when a thousand requests come at once, and has the admitted ones on record', async () => {
      const it_ = await start()
      const asked = Array.from({ length: 1_000 }, () => request([limit('organization', 100)]))
      const decisions = await Promise.all(asked.map((one) => it_.admission.admit(one)))
      expect(decisions.filter(({ admitted }) => admitted)).toHaveLength(100)
      const onRecord = new Set((await it_.entries()).map(({ requestId }) => requestId))
      for (const [at, one] of asked.entries()) if (decisions[at]?.admitted) expect(onRecord).toContain(one.requestId)
    })

    it.each(['away', 'answers lost'] as const)(
      'answers UNAVAILABLE while its authority is %s, leaves nothing open on record, and admits again later',
      async (state) => {
        const it_ = await start()
        it_.be(state)
        const asked = Array.from({ length: 20 }, () => request([]))
        for (const one of await Promise.allSettled(asked.map((given) => it_.admission.admit(given)))) {
          expect(one).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } })
        }
        it_.be('there')
        await it_.settled()
        for (const one of asked) expect([[], ['admitted', 'void']]).toContainEqual(await kindsOf(it_, one))
        expect(await it_.admission.admit(request([]))).toMatchObject({ admitted: true })
      },
    )
  })
}

function ticketOf(decision: Decision) {
  if (!decision.admitted) throw new Error('not admitted')
  return decision.ticket
}
