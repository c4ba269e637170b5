import { describe, expect, it } from '@jest/globals'
import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import { Fault } from '@protectmyapi/service-kit/faults'
import { manualTime } from '../test/manual-time.js'
import { silentLog } from '../test/silent-log.js'
import { createAccessQueue } from './access-queue.js'
import { createAccessRecorder } from './access-recorder.js'
import { BACKLOG_LIMITS, createBacklog } from './backlog.js'
import type { Outcome } from './recorder.js'
import { createSequences } from './sequences.js'

const OUTCOME: Outcome = {
  status: 200,
  fault: null,
  requestBytes: 1,
  responseBytes: 2,
  upstreamMs: 3.4,
  totalMs: 5.6,
  aborted: false,
}

/** A directory that takes entries idempotently, or is away. */
function make() {
  const time = manualTime()
  const calls: AccessEntry[][] = []
  const stored = new Map<string, AccessEntry>()
  let away: 'no' | 'away' | 'answer lost' = 'no'
  const backlog = createBacklog()
  const recorder = createAccessRecorder({
    sequences: createSequences(),
    clock: time.clock,
    log: silentLog(),
    backlog,
    queue: createAccessQueue({
      clock: time.clock,
      schedule: time.schedule,
      log: silentLog(),
      settled: backlog.settled,
      recordAccess(entries) {
        calls.push([...entries])
        if (away !== 'away') for (const entry of entries) stored.set(`${entry.shard} ${entry.sequence}`, entry)
        return away === 'no' ? Promise.resolve() : Promise.reject(new Fault('UNAVAILABLE', 'away'))
      },
    }),
  })
  const entry = (requestId = 'req_1', organizationId = 'org_1') => recorder.admittedEntry(organizationId, requestId, {})
  const pass = async (ms: number): Promise<void> => {
    time.advance(ms)
    await new Promise((resolve) => void setImmediate(resolve))
  }
  return {
    time,
    recorder,
    calls,
    stored,
    entry,
    pass,
    be: (next: typeof away) => {
      away = next
    },
  }
}

describe('a ticket', () => {
  it('records one end of a request, and ignores every later one', async () => {
    const { recorder, stored, entry, pass } = make()
    const ticket = recorder.admitted(entry(), true)
    ticket.finish(OUTCOME)
    ticket.finish({ ...OUTCOME, status: 500 })
    ticket.void_('UNAVAILABLE')
    await pass(50)
    expect([...stored.values()]).toEqual([
      expect.objectContaining({
        kind: 'ENTRY_KIND_FINISHED',
        requestId: 'req_1',
        outcome: {
          status: 200,
          fault: '',
          requestBytes: 1,
          responseBytes: 2,
          upstreamMs: 3,
          totalMs: 6,
          aborted: false,
        },
      }),
    ])
  })

  it('voids a request that is refused after its admission, in an entry with a sequence of its own', async () => {
    const { recorder, stored, entry, pass } = make()
    const admitted = entry()
    recorder.admitted(admitted, true).void_('SECRET_NOT_FOUND')
    await pass(50)
    expect([...stored.values()]).toEqual([
      expect.objectContaining({
        kind: 'ENTRY_KIND_VOID',
        sequence: admitted.sequence + 1,
        outcome: expect.objectContaining({ status: 404, fault: 'SECRET_NOT_FOUND' }),
      }),
    ])
  })
})

describe('entries', () => {
  it('of 50 ms are sent in one call', async () => {
    const { recorder, calls, entry, pass } = make()
    for (let at = 0; at < 3; at += 1) recorder.admitted(entry(`req_${at}`), true).finish(OUTCOME)
    await pass(49)
    expect(calls).toEqual([])
    await pass(1)
    expect(calls.map((batch) => batch.length)).toEqual([3])
    await pass(10_000)
    expect(calls).toHaveLength(1)
  })

  it('are kept while management is away, and are then sent in their order', async () => {
    const { recorder, calls, stored, entry, pass, be } = make()
    be('away')
    recorder.admitted(entry('req_1'), true).finish(OUTCOME)
    await pass(50)
    recorder.admitted(entry('req_2'), true).finish(OUTCOME)
    for (let second = 0; second < 10; second += 1) await pass(1_000)
    expect(calls.length).toBeGreaterThan(4)
    expect(calls.length).toBeLessThan(20)
    be('no')
    await pass(2_000)
    expect([...stored.values()].map(({ requestId }) => requestId)).toEqual(['req_1', 'req_2'])
  })

  it('whose acknowledgement was lost are sent again under the same sequences', async () => {
    const { recorder, calls, stored, entry, pass, be } = make()
    be('answer lost')
    recorder.admitted(entry(), true).finish(OUTCOME)
    await pass(50)
    be('no')
    await pass(2_000)
    expect(calls).toHaveLength(2)
    expect(calls[1]).toEqual(calls[0])
    expect(stored.size).toBe(1)
  })

  it('are sent at most 1,000 in a call', async () => {
    const { recorder, calls, entry, pass } = make()
    for (let at = 0; at < 2_500; at += 1) recorder.admitted(entry(`req_${at}`), true).finish(OUTCOME)
    for (let turn = 0; turn < 5; turn += 1) await pass(50)
    expect(calls.map((batch) => batch.length)).toEqual([1_000, 1_000, 500])
  })

  it('of an admission whose answer was lost are its admitted entry, then a void entry', async () => {
    const { recorder, stored, entry, pass } = make()
    const lost = entry()
    recorder.doubtful(lost, 'UNAVAILABLE')
    await pass(50)
    expect([...stored.values()]).toEqual([
      lost,
      expect.objectContaining({ kind: 'ENTRY_KIND_VOID', requestId: 'req_1', sequence: lost.sequence + 1 }),
    ])
  })

  it('are handed over by a drain, with a void entry for each sequence that was not used again', async () => {
    const { recorder, stored, entry } = make()
    const [first, second, third] = [entry('req_1'), entry('req_2'), entry('req_3')]
    recorder.refused(first)
    recorder.admitted(second, true).finish(OUTCOME)
    recorder.refused(third)
    expect(await recorder.drain(1_000)).toBe(0)
    // The second request's first entry is on record already, and its end took the first's place. The third's place is
    // closed.
    expect([...stored.values()].map(({ kind, sequence, requestId }) => `${kind} ${sequence} ${requestId}`)).toEqual([
      'ENTRY_KIND_FINISHED 1 req_2',
      'ENTRY_KIND_VOID 3 req_3',
    ])
  })

  it('that cannot be handed over in time are counted by the drain, which does not wait for them', async () => {
    const { recorder, entry, pass, be } = make()
    be('away')
    recorder.admitted(entry(), true).finish(OUTCOME)
    const left = recorder.drain(1_000)
    for (let turn = 0; turn < 30; turn += 1) await pass(100)
    expect(await left).toBe(1)
  })
})

describe('room for another request', () => {
  it('ends for an organization at its share of the backlog, while others still have room', async () => {
    const { recorder, entry, pass } = make()
    const tickets = Array.from({ length: BACKLOG_LIMITS.shareMax }, (_, at) =>
      recorder.admitted(entry(`req_${at}`, 'org_greedy'), true),
    )
    expect(recorder.hasRoom('org_greedy')).toBe(false)
    expect(recorder.hasRoom('org_other')).toBe(true)
    tickets[0]?.finish(OUTCOME)
    expect(recorder.hasRoom('org_greedy')).toBe(false)
    await pass(50)
    expect(recorder.hasRoom('org_greedy')).toBe(true)
  })

  it('ends for all organizations when too many admissions are in doubt, and returns with management', async () => {
    const { recorder, entry, pass, be } = make()
    be('away')
    for (let at = 0; at < 1_024; at += 1) recorder.doubtful(entry(`req_${at}`, `org_${at % 4}`), 'UNAVAILABLE')
    expect(recorder.hasRoom('org_other')).toBe(false)
    be('no')
    for (let turn = 0; turn < 5; turn += 1) await pass(2_000)
    expect(recorder.hasRoom('org_other')).toBe(true)
  })
})
