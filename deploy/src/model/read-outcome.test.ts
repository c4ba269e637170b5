import { describe, expect, it } from '@jest/globals'
import { judge } from './judge.js'
import { type Outcome, readOutcome } from './read-outcome.js'
import type { Run } from './run.js'

const FOUND = `pan:1: assertion violated 0 (at depth 25)
pan: wrote freshness.pml.trail
Warning: Search not completed
State-vector 84 byte, depth reached 25, errors: 1
    78850 states, stored
pan: elapsed time 0.29 seconds
`
const CLEAN = `Full statespace search for:
	invalid end states	+
State-vector 84 byte, depth reached 4168, errors: 0
 30778801 states, stored
pan: elapsed time 1.2e+02 seconds
`
const clean: Outcome = { violation: 'none', complete: true, states: 30_778_801, depth: 4_168, seconds: 120 }
const base = { name: 'x', defines: [], secondsMax: 1 } as const
const without: Run = { ...base, kind: 'without', rule: 'FENCE', shows: '', search: 'shortest' }
const withAll: Run = { ...base, kind: 'with-all', covers: '', search: 'exhaustive', states: 30_778_801 }

describe('readOutcome', () => {
  it('reads a report with a counterexample, and one of a whole search without any', () => {
    expect(readOutcome(FOUND)).toMatchObject({ violation: 'assertion', states: 78_850, depth: 25, seconds: 0.29 })
    expect(readOutcome(CLEAN)).toEqual(clean)
  })

  it('tells a deadlock from a violated assertion, and a search that was cut short from a whole one', () => {
    expect(readOutcome(FOUND.replace('assertion violated 0', 'invalid end state')).violation).toBe('other')
    expect(readOutcome(`error: max search depth too small\n${CLEAN}`).complete).toBe(false)
    expect(readOutcome(`pan: reached -DMEMLIM bound\n${CLEAN}`).complete).toBe(false)
  })

  it('throws for a text that is not a report', () => {
    expect(() => readOutcome('Segmentation fault')).toThrow('not a report')
  })
})

describe('judge', () => {
  it('fails a run without a rule when nothing goes wrong, or when something other than an assertion does', () => {
    expect(judge(without, { ...clean, violation: 'assertion' })).toBeUndefined()
    expect(judge(without, clean)).toContain('FENCE')
    expect(judge(without, { ...clean, violation: 'other' })).toContain('FENCE')
  })

  it('fails a run with all rules for a violation, a search cut short, or another number of states', () => {
    expect(judge(withAll, clean)).toBeUndefined()
    expect(judge(withAll, { ...clean, violation: 'assertion' })).toContain('violation')
    expect(judge(withAll, { ...clean, violation: 'other' })).toContain('violation')
    expect(judge(withAll, { ...clean, complete: false })).toContain('cut short')
    expect(judge(withAll, { ...clean, states: 12 })).toContain('12')
  })

  it('lets a bitstate search be incomplete, and fails a compact one for another number of states', () => {
    expect(judge({ ...withAll, search: 'bitstate' }, { ...clean, complete: false })).toBeUndefined()
    expect(judge({ ...withAll, search: 'compact' }, { ...clean, states: 12 })).toContain('12')
  })
})
