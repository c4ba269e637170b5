import { afterEach, describe, expect, it } from '@jest/globals'
import { routeFromWire } from '../routes/route-from-wire.js'
import { routeResponse } from '../test/route-response.js'

const ROUTE = { ...routeFromWire(routeResponse()), notAfter: Number.POSITIVE_INFINITY }
const OUTCOME = {
  status: 200,
  fault: null,
  requestBytes: 0,
  responseBytes: 0,
  upstreamMs: 1,
  totalMs: 1,
  aborted: false,
}
const limit = (scope, burst) => ({ scope, count: 60, periodMs: 60_000, burst })
let requests = 0
function request(limits, { route = {}, sourceAddress = '198.51.100.7' } = {}) {
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
/** Every adapter of the port keeps this. */
export function admissionContract(name, make) {
  describe(`admission by ${name}`, () => {
    let harness
    afterEach(() => harness?.close())
    const start = async () => {
      harness = await make()
      return harness
    }
    const kindsOf = async (from, { requestId }) =>
      (await from.entries()).filter((entry) => entry.requestId === requestId).map(({ kind }) => kind)
    it('puts the request on record before it answers, and its end afterwards, once', async () => {
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
    it('says no above a limit, for how long, and lets the next one through then', async () => {
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
    it('counts each device for itself, and the source address where there is none', async () => {
      const it_ = await start()
      const limits = [limit('device', 1)]
      const admitted = async (over) => (await it_.admission.admit(request(limits, over))).admitted
      expect(await admitted({ route: { deviceId: 'dvc_1' } })).toBe(true)
      expect(await admitted({ route: { deviceId: 'dvc_1' }, sourceAddress: '203.0.113.1' })).toBe(false)
      expect(await admitted({ route: { deviceId: 'dvc_2' } })).toBe(true)
      expect(await admitted({})).toBe(true)
      expect(await admitted({})).toBe(false)
      expect(await admitted({ sourceAddress: '203.0.113.1' })).toBe(true)
    })
    it('draws nothing from one limit where another said no', async () => {
      const it_ = await start()
      const both = [limit('service', 2), limit('app', 1)]
      await it_.admission.admit(request(both))
      await it_.admission.admit(request(both))
      expect(await it_.admission.admit(request([limit('service', 2)]))).toMatchObject({ admitted: true })
    })
    it('decides a thousand at once, each for itself, and lets no more through than the limit', async () => {
      const it_ = await start()
      const asked = Array.from({ length: 1_000 }, () => request([limit('organization', 100)]))
      const decisions = await Promise.all(asked.map((one) => it_.admission.admit(one)))
      expect(decisions.filter(({ admitted }) => admitted)).toHaveLength(100)
      const onRecord = new Set((await it_.entries()).map(({ requestId }) => requestId))
      for (const [at, one] of asked.entries()) if (decisions[at]?.admitted) expect(onRecord).toContain(one.requestId)
    })
    it.each(['away', 'answers lost'])(
      'fails closed while its authority is %s, leaves nothing open on record, and comes back',
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
function ticketOf(decision) {
  if (!decision.admitted) throw new Error('not admitted')
  return decision.ticket
}
//# sourceMappingURL=admission.contract.js.map
