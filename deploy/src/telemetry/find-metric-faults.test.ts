import { describe, expect, it } from '@jest/globals'
import { describedMetrics } from './described-metrics.js'
import { findMetricFaults, type Labels } from './find-metric-faults.js'

const PAGE = `
| \`pma_a_seconds\` | histogram | \`route\`: \`x\`, \`y\`; \`outcome\` | … |
| \`pma_b\` | gauge | | … |
`
const TOLD: readonly Labels[] = [
  { __name__: 'pma_a_seconds_count', route: 'x', outcome: 'OK', pod: 'p', job: 'proxy' },
  { __name__: 'pma_b', instance: '127.0.0.1:1' },
  { __name__: 'up' },
]
const faults = (...more: readonly Labels[]) => findMetricFaults(describedMetrics(PAGE), [...TOLD, ...more])

describe('metrics that are told', () => {
  it('are those that are described', () => {
    expect(faults()).toEqual([])
    expect(findMetricFaults(describedMetrics(PAGE), TOLD.slice(1))).toEqual(['pma_a_seconds was never told'])
    expect(faults({ __name__: 'pma_c' })).toEqual(['pma_c is told, and not described'])
  })

  it('have the labels and values that are described, and no id in any', () => {
    expect(faults({ __name__: 'pma_b', path: '/' })).toEqual(['pma_b has a label path'])
    expect(faults({ __name__: 'pma_a_seconds_sum', route: 'z' })).toEqual(['pma_a_seconds_sum has route z'])
    const outcome = 'org_01M8ARWD72E78EPKXKDTN3R4AZ'
    expect(faults({ __name__: 'pma_a_seconds_sum', outcome })).toEqual([
      `pma_a_seconds_sum has an id in outcome: ${outcome}`,
    ])
  })
})
