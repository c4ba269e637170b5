import { describe, expect, it } from '@jest/globals'
import type { InjectedFault, Injection, SentRequest } from '../history/history.js'
import { findCuts } from './find-cuts.js'
import { broken, fault, history, injection, operation } from './hand-written.js'

/** Requests run from 300 to 310, unless they say otherwise. */
const kinds = (request: SentRequest, faults: InjectedFault[], injections: Injection[] = []): string[] =>
  findCuts(history({ requests: [request], faults, injections })).map(({ kind }) => kind)

describe('a connection that broke', () => {
  it('is not found when its own proxy was killed meanwhile, and is found when another one was, or none', () => {
    expect(kinds(broken('ECONNRESET'), [fault('killed', 'proxy-1', 305, 900)])).toEqual([])
    expect(kinds(broken('ECONNRESET'), [fault('killed', 'proxy-2', 305, 900)])).toEqual(['cut'])
    expect(kinds(broken('ECONNRESET'), [])).toEqual(['cut'])
  })

  it('is found when the process that was started after a kill broke it', () => {
    const killed = [fault('killed', 'proxy-1', 0, 5_000)]
    const late = { startMs: 1_001, endMs: 1_002 }
    expect(kinds(broken('ECONNREFUSED', late), killed)).toEqual([])
    expect(kinds(broken('ECONNRESET', late), killed)).toEqual(['cut'])
  })

  it('is found when a proxy restarted in order had passed the request on, or had over 50 ms to read it', () => {
    const restarted = [fault('restarted', 'proxy-1', 305, 900)]
    expect(kinds(broken('ECONNRESET', { startMs: 254 }), restarted)).toEqual(['cut'])
    expect(kinds(broken('ECONNRESET'), restarted, [injection()])).toEqual(['cut'])
  })

  it('is not found when a proxy that is restarted in order refuses it, or closes it before it is read', () => {
    const restarted = [fault('restarted', 'proxy-1', 200, 900)]
    expect(kinds(broken('ECONNREFUSED'), restarted)).toEqual([])
    expect(kinds(broken('ECONNRESET'), restarted)).toEqual([])
  })

  it('is found when its proxy was only frozen', () => {
    expect(kinds(broken('ECONNRESET'), [fault('frozen', 'proxy-1', 200, 900)])).toEqual(['cut'])
    expect(kinds(broken('ETIMEDOUT', { endMs: 20_300 }), [fault('frozen', 'proxy-1', 200, 5_000)])).toEqual(['cut'])
  })

  it('is not found when its answer had begun and what the request rests on was taken away', () => {
    const requests = [broken('ECONNRESET', { rests: ['link:1'] })]
    const cuts = (ends: string[], injections: Injection[]) =>
      findCuts(history({ requests, injections, operations: [operation({ startMs: 304, endMs: 900, ends })] }))
    expect(cuts(['link:1'], [injection()])).toEqual([])
    expect(cuts(['link:2'], [injection()])).toHaveLength(1)
    expect(cuts(['link:1'], [])).toHaveLength(1)
  })

  it('is not found when its answer had begun and its app or service was changed', () => {
    const requests = [broken('ECONNRESET', { rests: ['app:app_1', 'service:svc_1', 'session:ses_1'] })]
    const cuts = (target: string) => {
      const operations = [operation({ target, startMs: 304, endMs: 900, ends: ['app-token:app_1/1'] })]
      return findCuts(history({ requests, injections: [injection()], operations }))
    }
    expect([cuts('app_1'), cuts('svc_1')]).toEqual([[], []])
    expect(cuts('app_2')).toHaveLength(1)
  })
})
