import { describe, expect, it } from '@jest/globals'
import type { Operation } from '../history/history.js'
import { findAuditGaps } from './find-audit-gaps.js'
import { operation } from './hand-written.js'

const mark = { event: 'secret.replaced', target: 'sec_1' }
const asked = (...outcomes: Operation['outcome'][]): Operation[] =>
  outcomes.map((outcome) => operation({ outcome, audit: mark }))
const gaps = (operations: Operation[], count: number): number => findAuditGaps(operations, [{ ...mark, count }]).length

describe('the audit trail', () => {
  it('has exactly one row for each change that was answered', () => {
    expect(gaps(asked('done', 'done'), 2)).toBe(0)
    expect(gaps(asked('done', 'done'), 1)).toBe(1)
    expect(gaps(asked('done', 'done'), 3)).toBe(1)
    expect(findAuditGaps(asked('done'), [])).toMatchObject([{ kind: 'audit' }])
  })

  it('has no row for a change that was refused', () => {
    expect(gaps(asked('refused'), 0)).toBe(0)
    expect(gaps(asked('refused'), 1)).toBe(1)
  })

  it('may have one row for each change that was not answered', () => {
    expect(gaps(asked('done', 'unknown'), 1)).toBe(0)
    expect(gaps(asked('done', 'unknown'), 2)).toBe(0)
    expect(gaps(asked('done', 'unknown'), 3)).toBe(1)
  })
})
