import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { until } from '@protectmyapi/dev-kit/until'
import { systemSchedule } from '../freshness/schedule.js'
import { createAccessQueue } from '../record/access-queue.js'
import { createAccessRecorder } from '../record/access-recorder.js'
import { grpcRecordAccess } from '../record/grpc-record-access.js'
import { createSequences } from '../record/sequences.js'
import { routeFromWire } from '../routes/route-from-wire.js'
import { startFakeDirectory } from '../test/fake-directory.js'
import { gate } from '../test/gate.js'
import { createMemoryAdmission } from '../test/memory-admission.js'
import { routeResponse } from '../test/route-response.js'
import { silentLog } from '../test/silent-log.js'
import { admissionContract } from './admission.contract.js'
import { createDirectoryAdmission } from './directory-admission.js'
import { grpcAdmit } from './grpc-admit.js'

const KINDS = {
  ENTRY_KIND_ADMITTED: 'admitted',
  ENTRY_KIND_FINISHED: 'finished',
  ENTRY_KIND_VOID: 'void',
  ENTRY_KIND_UNSPECIFIED: 'void',
}
admissionContract('memory', () => {
  const clock = manualClock()
  const admission = createMemoryAdmission(clock)
  return Promise.resolve({
    admission,
    entries: () => admission.entries,
    be: admission.be,
    advance: clock.advance,
    settled: () => Promise.resolve(),
    close: () => Promise.resolve(),
  })
})
admissionContract('the directory', async () => {
  const clock = manualClock()
  const directory = await startFakeDirectory(clock)
  const log = silentLog()
  const recordAccess = grpcRecordAccess(directory.client, 'boot_x')
  let waiting = 0
  const recorder = createAccessRecorder({
    sequences: createSequences(),
    clock,
    log,
    queue(settled) {
      const queue = createAccessQueue({
        recordAccess,
        clock: { wallMs: Date.now, monotonicMs: () => performance.now() },
        schedule: systemSchedule,
        log,
        settled: (entry) => {
          waiting -= 1
          settled(entry)
        },
      })
      return {
        ...queue,
        add(entry) {
          waiting += 1
          queue.add(entry)
        },
      }
    },
  })
  return {
    admission: createDirectoryAdmission({ admit: grpcAdmit(directory.client, 'boot_x'), recorder, log }),
    entries: () => directory.entries.map(({ kind, requestId }) => ({ kind: KINDS[kind], requestId })),
    be: (state) => {
      directory.says.record = state
    },
    advance: clock.advance,
    settled: async () => void (await until(() => (waiting === 0 ? true : undefined))),
    close: () => directory.close(),
  }
})
describe('admission by the directory', () => {
  const ROUTE = { ...routeFromWire(routeResponse()), notAfter: 0 }
  const request = (requestId, organizationId = 'org_1') => ({
    requestId,
    route: { ...ROUTE, organizationId, limits: [] },
    method: 'GET',
    path: '/',
    sourceAddress: '::1',
    appVersion: null,
  })
  function make() {
    const calls = []
    const queued = []
    const recorder = createAccessRecorder({
      sequences: createSequences(),
      clock: manualClock(),
      log: silentLog(),
      queue: () => ({ add: (entry) => void queued.push(entry), drain: () => Promise.resolve(0) }),
    })
    const admission = createDirectoryAdmission({
      recorder,
      log: silentLog(),
      admit(items) {
        const answer = gate()
        calls.push({ items, answer })
        return answer.passed
      },
    })
    const allow = (at) => calls[at]?.answer.open((calls[at]?.items ?? []).map(() => ({ admitted: true })))
    return { admission, calls, queued, allow }
  }
  const turn = () => new Promise((resolve) => void setImmediate(() => setImmediate(resolve)))
  it('asks once for all who come in one turn of the event loop', async () => {
    const { admission, calls, allow } = make()
    const all = Promise.all(['a', 'b', 'c'].map((id) => admission.admit(request(id))))
    await turn()
    expect(calls.map(({ items }) => items.map(({ entry }) => entry.requestId))).toEqual([['a', 'b', 'c']])
    allow(0)
    expect((await all).every(({ admitted }) => admitted)).toBe(true)
  })
  it('asks for 512 at once at most, and has eight calls under way at most', async () => {
    const { admission, calls, allow } = make()
    for (let at = 0; at < 6_000; at += 1) admission.admit(request(`req_${at}`, `org_${at % 10}`)).catch(() => {})
    await turn()
    expect(calls.map(({ items }) => items.length)).toEqual(new Array(8).fill(512))
    allow(0)
    await turn()
    expect(calls).toHaveLength(9)
  })
  it('refuses an organisation whose share of the waiting is used up, and nobody else', async () => {
    const { admission } = make()
    const refused = []
    for (let at = 0; at < 2_050; at += 1) admission.admit(request(`req_${at}`)).catch((err) => void refused.push(err))
    admission.admit(request('other', 'org_2')).catch((err) => void refused.push(err))
    await turn()
    expect(refused).toEqual([
      expect.objectContaining({ code: 'UNAVAILABLE' }),
      expect.objectContaining({ code: 'UNAVAILABLE' }),
    ])
  })
  it('lets nobody through by an answer of another length, and voids all it may have admitted', async () => {
    const { admission, calls, queued } = make()
    const both = Promise.allSettled([admission.admit(request('a')), admission.admit(request('b'))])
    await turn()
    calls[0]?.answer.open([{ admitted: true }])
    for (const one of await both) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } })
    expect(queued.map((entry) => expect.objectContaining(Object(entry)))).toHaveLength(4)
  })
  it('gives the number of a refused request to the next one: the record has no gaps', async () => {
    const { admission, calls, allow } = make()
    const first = admission.admit(request('a'))
    await turn()
    calls[0]?.answer.open([{ admitted: false, limited: { scope: 'app', count: 1, periodMs: 1, retryAfterMs: 1 } }])
    await first
    const second = admission.admit(request('b'))
    await turn()
    allow(1)
    await second
    expect([calls[0]?.items[0]?.entry.sequence, calls[1]?.items[0]?.entry.sequence]).toEqual([1, 1])
  })
  it('closes: those who wait are answered, and nobody is let in any more', async () => {
    const { admission, allow } = make()
    const one = admission.admit(request('a'))
    const closed = admission.close()
    await turn()
    await expect(admission.admit(request('b'))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    allow(0)
    await closed
    expect(await one).toMatchObject({ admitted: true })
  })
})
//# sourceMappingURL=directory-admission.test.js.map
