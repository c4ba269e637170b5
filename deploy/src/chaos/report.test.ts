import { describe, expect, it } from '@jest/globals'
import type { Violation } from './check/violation.js'
import { isGreen, reportOf } from './report.js'

const result = (...violations: Violation[]) => ({
  ...{ seed: '7', violations, file: '.local/chaos/7/history.ndjson' },
  history: { operations: [], requests: [], injections: [], faults: [] },
})
const lost: Violation = { kind: 'lost', says: '/c0/1 was injected and is not in the access log' }
const stale: Violation = { kind: 'stale', says: '/c0/1 used value:old' }
const single = { seeds: ['7'], profile: 'single' } as const
const multi = { seeds: ['7'], profile: 'multi' } as const

describe('the word on a seed', () => {
  it('is red for a lost record after single failures, and tells of it after several', () => {
    expect(isGreen(result(lost), single)).toBe(false)
    expect(isGreen(result(lost), multi)).toBe(true)
    expect(reportOf(result(lost), multi)).toContain('· lost: 1\n      /c0/1 was injected')
  })

  it('is red for a stale use, however much broke at once', () => {
    expect(isGreen(result(stale), multi)).toBe(false)
  })

  it('says in words what was violated, how to play it again, and where to look', () => {
    const said = reportOf(result(stale), { ...multi, without: 'wait' })
    expect(said).toContain('✗ stale: 1\n      /c0/1 used value:old')
    expect(said).toContain('make chaos SEED=7 PROFILE=multi BREAK=wait')
    expect(said).toContain('.local/chaos/7/history.ndjson')
  })
})
