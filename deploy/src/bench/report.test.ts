import { describe, expect, it } from '@jest/globals'
import { reported, tableOf } from './report.js'
import { notRun } from './row.js'

const LINE = { what: 'full path', unit: 'ratio', goal: { atLeast: 0.5 }, note: '0.4–0.6' } as const

describe('the report of a bench', () => {
  it('says what holds, and a figure that was not taken never does', () => {
    const lines = [
      { ...LINE, value: 0.5 },
      { ...LINE, value: 0.4999 },
      notRun(LINE, 'no Redis'),
      { ...LINE, value: Number.NaN },
      { ...LINE, goal: { atMost: 2 }, value: 2 },
      { ...LINE, goal: 'reported' as const, value: 12_345.6 },
    ]
    expect(reported(lines).map(({ value, goal, holds }) => [value, goal, holds])).toEqual([
      [0.5, '≥ 0.5', true],
      [0.5, '≥ 0.5', false],
      [null, '≥ 0.5', false],
      [Number.NaN, '≥ 0.5', false],
      [2, '≤ 2', true],
      [12_346, 'reported', true],
    ])
  })

  it('prints one line a figure', () => {
    const [, first] = tableOf([{ ...LINE, value: 0.531 }]).split('\n')
    expect(first).toMatch(/^✓ {2}full path {2}0\.531 {2}ratio {2}≥ 0\.5 {2}0\.4–0\.6$/)
  })
})
