import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import { createAccessRecorder } from '../record/access-recorder.js'
import { BACKLOG_LIMITS, createBacklog } from '../record/backlog.js'
import { createSequences } from '../record/sequences.js'
import { routeFromWire } from '../routes/route-from-wire.js'
import { gate } from '../test/gate.js'
import { routeResponse } from '../test/route-response.js'
import { silentLog } from '../test/silent-log.js'
import type { AccessRequest, Decision } from './admission.js'
import type { AdmitItem, AdmitOutcome } from './admit.js'
import { createAdmission } from './create-admission.js'

const ROUTE = { ...routeFromWire(routeResponse()), notAfter: 0 }
const LIMITED = { scope: 'app', count: 1, periodMs: 1, retryAfterMs: 1 } as const

const request = (requestId: string, organizationId = 'org_1'): AccessRequest => ({
  requestId,
  route: { ...ROUTE, organizationId, limits: [] },
  method: 'GET',
  path: '/',
  sourceAddress: '::1',
  appVersion: null,
})

function make() {
  const asked: { item: AdmitItem; answer: ReturnType<typeof gate<AdmitOutcome>> }[] = []
  const queued: AccessEntry[] = []
  const recorder = createAccessRecorder({
    sequences: createSequences(),
    clock: manualClock(),
    log: silentLog(),
    backlog: createBacklog(),
    queue: {
      add: (entry) => void queued.push(entry),
      addDirect: (entry) => void queued.push(entry),
      drain: () => Promise.resolve(0),
    },
  })
  const admission = createAdmission({
    recorder,
    quotas: { reserve: () => ({ keep() {}, giveBack() {} }) },
    log: silentLog(),
    admit(item) {
      const answer = gate<AdmitOutcome>()
      asked.push({ item, answer })
      return answer.passed
    },
  })
  return { admission, asked, queued }
}

describe('admission', () => {
  it('refuses an organization with its full share of entries not on record yet, and admits another', async () => {
    const { admission, asked } = make()
    const admit = (organizationId: string): Promise<Decision> => {
      const decision = admission.admit(request(`req_${asked.length}`, organizationId))
      asked.at(-1)?.answer.open({ admitted: true, onRecord: false })
      return decision
    }
    // Each counts twice: it is under way, and its entry is not known to be on record.
    for (let at = 0; at < BACKLOG_LIMITS.shareMax / 2; at += 1) await admit('org_1')
    await expect(admit('org_1')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'too much is not on record yet',
    })
    expect(await admit('org_2')).toMatchObject({ admitted: true })
  })

  it('refuses requests of an organization beyond the 2,048 that may wait, and none of another one', async () => {
    const { admission } = make()
    const refused: unknown[] = []
    for (let at = 0; at < 2_050; at += 1)
      admission.admit(request(`req_${at}`)).catch((err: unknown) => void refused.push(err))
    admission.admit(request('other', 'org_2')).catch((err: unknown) => void refused.push(err))
    await Promise.resolve()
    expect(refused).toEqual([
      expect.objectContaining({ code: 'UNAVAILABLE' }),
      expect.objectContaining({ code: 'UNAVAILABLE' }),
    ])
  })

  it('gives the sequence of a refused request to the next one, so that the record has no gaps', async () => {
    const { admission, asked } = make()
    const first = admission.admit(request('a'))
    asked[0]?.answer.open({ admitted: false, limited: LIMITED, doubtful: false })
    expect(await first).toEqual({ admitted: false, limited: LIMITED })
    const second = admission.admit(request('b'))
    asked[1]?.answer.open({ admitted: true, onRecord: true })
    await second
    expect(asked.map(({ item }) => item.entry.sequence)).toEqual([1, 1])
  })

  it('writes an admitted entry and then a void for a refused request that may be on record all the same', async () => {
    const { admission, asked, queued } = make()
    const refused = admission.admit(request('a'))
    asked[0]?.answer.open({ admitted: false, limited: LIMITED, doubtful: true })
    expect(await refused).toMatchObject({ admitted: false })
    expect(queued.map(({ kind, sequence }) => `${kind} ${sequence}`)).toEqual([
      'ENTRY_KIND_ADMITTED 1',
      'ENTRY_KIND_VOID 2',
    ])
  })

  it('refuses new requests with UNAVAILABLE once it closes, and waits until those under way are answered', async () => {
    const { admission, asked } = make()
    const one = admission.admit(request('a'))
    let isClosed = false
    const closed = admission.close().then(() => {
      isClosed = true
    })
    await expect(admission.admit(request('b'))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(isClosed).toBe(false)
    asked[0]?.answer.open({ admitted: true, onRecord: true })
    expect(await one).toMatchObject({ admitted: true })
    await closed
  })
})
