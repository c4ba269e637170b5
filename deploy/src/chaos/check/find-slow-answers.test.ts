import { describe, expect, it } from '@jest/globals'
import type { InjectedFault, Operation } from '../history/history.js'
import { findSlowAnswers } from './find-slow-answers.js'
import { fault, history, operation } from './hand-written.js'

const HORIZON_MS = 3_000
/** The horizon and its margin. */
const BOUND_MS = 4_030

const kinds = (given: Partial<Operation>, ...faults: InjectedFault[]): string[] =>
  findSlowAnswers(history({ operations: [operation({ startMs: 0, ...given })], faults }), HORIZON_MS).map(
    ({ kind }) => kind,
  )

describe('a change', () => {
  it('is right when it was answered within the horizon and its margin', () => {
    expect(kinds({ endMs: BOUND_MS, waitedMs: BOUND_MS })).toEqual([])
  })

  it('is found when it waited longer for proxies, whatever was broken at a proxy', () => {
    const dead = [fault('killed', 'proxy-1', 0, 5_000), fault('silent', 'proxy-2→directory', 0, 5_000)]
    expect(kinds({ endMs: BOUND_MS + 501, waitedMs: BOUND_MS + 501 }, ...dead)).toEqual(['slow answer'])
  })

  it('is found when it took longer in all, and whatever came of it', () => {
    const late = { endMs: BOUND_MS + 2_501 }
    expect(kinds(late)).toEqual(['slow answer'])
    expect(kinds({ ...late, outcome: 'unknown', status: 0 })).toEqual(['slow answer'])
  })

  it('may stand still for as long as something lasts that its writer needs, and no longer', () => {
    const silent = fault('silent', 'management-1→postgres', 1_000, 3_000)
    expect(kinds({ endMs: BOUND_MS + 4_499 }, silent)).toEqual([])
    expect(kinds({ endMs: BOUND_MS + 4_501 }, silent)).toEqual(['slow answer'])
    const during = [silent, fault('stopped', 'kms', 2_000, 3_000)]
    expect(kinds({ endMs: BOUND_MS + 4_501 }, ...during)).toEqual(['slow answer'])
  })

  it('is nothing that came by itself, or that a command did', () => {
    expect(kinds({ endMs: 60_000, management: '' })).toEqual([])
  })
})
