import { describe, expect, it } from '@jest/globals'
import { RULE_NAMES } from './breaks/removed-rules.js'
import type { Violation } from './check/violation.js'
import { isGreen, isRedFor, reportOf, totalsOf } from './report.js'

const BEFORE = { residentMb: 100, descriptors: 40 }

const result = (...violations: Violation[]) => ({
  ...{ seed: '7', violations, file: '.local/chaos/7/history.ndjson' },
  history: { operations: [], requests: [], injections: [], faults: [] },
  lateMs: 812.4,
  processes: [
    { name: 'proxy-1', before: BEFORE, after: { residentMb: 110, descriptors: 38 } },
    { name: 'proxy-2', before: BEFORE, after: null },
  ],
})
const lost: Violation = { kind: 'lost', says: '/c0/1 was injected and is not in the access log' }
const lostToTwo: Violation = { ...lost, kind: 'lost to two failures' }
const stale: Violation = { kind: 'stale', says: '/c0/1 used value:old' }
const fault = {
  type: 'fault',
  kind: 'cut',
  target: 'redis',
  startMs: 1,
  mendedMs: 2,
  backMs: 3,
  endMs: 4,
  isWhole: true,
} as const
const single = { profile: 'single' } as const
const multi = { profile: 'multi' } as const

describe('the verdict on a seed', () => {
  it('is red for a lost record, after several failures too', () => {
    expect(isGreen(result(lost), single)).toBe(false)
    expect(isGreen(result(lost), multi)).toBe(false)
  })

  it('reports a record lost to two failures, and is red for it only in the profile with one failure at a time', () => {
    expect(isGreen(result(lostToTwo), single)).toBe(false)
    expect(isGreen(result(lostToTwo), multi)).toBe(true)
    expect(reportOf(result(lostToTwo), multi)).toContain('· lost to two failures: 1\n      /c0/1 was injected')
  })

  it('is red for a stale use in the profile with several failures at a time, too', () => {
    expect(isGreen(result(stale), multi)).toBe(false)
  })

  it('says what was violated, how to play the seed again, and where its history is', () => {
    const said = reportOf(result(stale), { ...multi, without: 'wait' })
    expect(said).toContain('✗ stale: 1\n      /c0/1 used value:old')
    expect(said).toContain('make chaos SEED=7 PROFILE=multi BREAK=wait')
    expect(said).toContain('.local/chaos/7/history.ndjson')
  })

  it('sums up all seeds, and names the red ones', () => {
    const history = { ...result().history, faults: [fault, fault] }
    const results = [
      { ...result(), history },
      { ...result(stale), history, seed: '8' },
    ]
    expect(totalsOf(results, single)).toBe('2 seeds: 0 requests, 0 injected, 0 operations, 4 faults, 1 red: 8')
  })

  it('says how much each process has grown, and how late the rig’s own loop was', () => {
    const said = reportOf(result(), single)
    expect(said).toContain('proxy-1 +10 MB -2 descriptors, proxy-2 not seen')
    expect(said).toContain("the rig's own loop was late by 812 ms at most")
  })
})

describe('a rule that is taken out', () => {
  it('counts as missed when a seed is red for what the rule prevents', () => {
    const reds = RULE_NAMES.map((rule) => [rule, isRedFor(rule, result(stale)), isRedFor(rule, result(lost))])
    expect(reds).toEqual([
      ['wait', true, false],
      ['fill', true, false],
      ['lock', true, false],
      ['buffer', false, true],
    ])
  })

  it('does not count as missed when a seed is red for something else', () => {
    const others = result({ kind: 'cut', says: '' }, { kind: 'grown', says: '' }, lostToTwo)
    expect(RULE_NAMES.filter((rule) => isRedFor(rule, others))).toEqual([])
  })
})
