import { describe, expect, it } from '@jest/globals'
import { tableOf, verdictOf } from './report.js'
import { defineRow, type Line, notRun } from './row.js'

const LINE = { what: 'full path', unit: 'ratio', goal: { atLeast: 0.5 }, note: '0.4–0.6', value: 0.531 } as const
const TOLD: Line = { what: 'cold route', unit: 'ms', goal: 'reported', note: '', value: 12 }

describe('the report of a bench', () => {
  it('prints one line for each figure', () => {
    const [, first] = tableOf([LINE]).split('\n')
    expect(first).toMatch(/^✓ {2}full path {2}0\.531 {2}ratio {2}≥ 0\.5 {2}0\.4–0\.6$/)
  })

  it('is well when every goal holds', () => {
    expect(verdictOf([LINE, TOLD])).toEqual({ isWell: true, text: '1 of 1 goals hold.' })
  })

  it('names each missed goal, and each figure that was not taken, with a goal or without', () => {
    expect(verdictOf([LINE, { ...LINE, what: 'latency', goal: { atMost: 0.5 } }])).toEqual({
      isWell: false,
      text: '1 of 2 goals hold. Missed: latency.',
    })
    expect(verdictOf([LINE, { ...TOLD, value: null }])).toEqual({
      isWell: false,
      text: '1 of 1 goals hold. Not run: cold route.',
    })
    expect(verdictOf([{ ...LINE, value: Number.NaN }])).toEqual({
      isWell: false,
      text: '0 of 1 goals hold. Not run: full path.',
    })
  })

  it('keeps the names and goals of a row that could not be measured', () => {
    const row = defineRow({
      name: 'latency',
      figures: {
        p50: { what: 'latency, p50', unit: 'ms', goal: { atMost: 0.5 } },
        p99: { what: 'latency, p99', unit: 'ms', goal: { atMost: 3 } },
      },
      measure: async () => ({ p50: { value: 0.4, note: '' }, p99: { value: 2, note: '' } }),
    })
    expect(notRun(row, 'no Redis')).toEqual([
      { what: 'latency, p50', unit: 'ms', goal: { atMost: 0.5 }, value: null, note: 'not run: no Redis' },
      { what: 'latency, p99', unit: 'ms', goal: { atMost: 3 }, value: null, note: 'not run: no Redis' },
    ])
  })
})
