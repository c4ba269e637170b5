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
  it('is not found when it was answered within the horizon and its margin', () => {
    expect(kinds({ endMs: BOUND_MS, waitedMs: BOUND_MS })).toEqual([])
  })

  it('is found when it waited longer for proxies, even if proxies had failed', () => {
    const dead = [fault('killed', 'proxy-1', 0, 5_000), fault('silent', 'proxy-2→directory', 0, 5_000)]
    expect(kinds({ endMs: BOUND_MS + 501, waitedMs: BOUND_MS + 501 }, ...dead)).toEqual(['slow answer'])
  })

  it('is found when it took longer in all, whatever its outcome', () => {
    const late = { endMs: BOUND_MS + 2_501 }
    expect(kinds(late)).toEqual(['slow answer'])
    expect(kinds({ ...late, outcome: 'unknown', status: 0 })).toEqual(['slow answer'])
  })

  it('may take longer by the time for which something that its writer needs is broken, and no longer', () => {
    const silent = fault('silent', 'management-1→postgres', 1_000, 3_000)
    expect(kinds({ endMs: BOUND_MS + 4_499 }, silent)).toEqual([])
    expect(kinds({ endMs: BOUND_MS + 4_501 }, silent)).toEqual(['slow answer'])
    const during = [silent, fault('stopped', 'kms', 2_000, 3_000)]
    expect(kinds({ endMs: BOUND_MS + 4_501 }, ...during)).toEqual(['slow answer'])
  })

  it('is not found when no management was asked for it', () => {
    expect(kinds({ endMs: 60_000, management: '' })).toEqual([])
  })
})
