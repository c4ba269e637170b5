import { describe, expect, it } from '@jest/globals'
import { mergeResults, parseResults, resultsOf } from './results-file.js'
import type { Line } from './row.js'

const RUN = { measuredAt: '2026-01-01T00:00:00.000Z', commit: 'abc1234' }
const LATER = { measuredAt: '2026-02-01T00:00:00.000Z', commit: 'def5678-dirty' }

const line = (what: string, value: number | null): Line => ({
  ...{ what, unit: 'ratio', goal: { atLeast: 0.5 }, value, note: '' },
})

describe('the results of a bench', () => {
  it('say which goals hold, and a figure that was not taken holds none', () => {
    const lines: readonly Line[] = [
      line('a', 0.5),
      line('a', 0.4999),
      line('a', null),
      line('a', Number.NaN),
      { ...line('a', 2), goal: { atMost: 2 } },
      { ...line('a', 12_345.6), goal: 'reported' },
    ]
    expect(resultsOf(lines, RUN).map(({ value, goal, holds }) => [value, goal, holds])).toEqual([
      [0.5, '≥ 0.5', true],
      [0.5, '≥ 0.5', false],
      [null, '≥ 0.5', false],
      [null, '≥ 0.5', false],
      [2, '≤ 2', true],
      [12_346, 'reported', true],
    ])
  })

  it('of some rows replace those rows, and leave the others with their time and commit', () => {
    const whole = parseResults(JSON.stringify(resultsOf([line('a', 0.6), line('b', 0.7), line('gone', 1)], RUN)))
    const merged = mergeResults(whole, resultsOf([line('b', 0.3)], LATER), ['a', 'b', 'c'])
    expect(merged.map(({ name, value, holds, commit }) => [name, value, holds, commit])).toEqual([
      ['a', 0.6, true, 'abc1234'],
      ['b', 0.3, false, 'def5678-dirty'],
    ])
  })

  it('are empty when their file has another shape', () => {
    expect(parseResults('[{"name":"a"}]')).toEqual([])
    expect(parseResults('{')).toEqual([])
  })
})
