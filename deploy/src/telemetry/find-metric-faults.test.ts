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

describe('the search for faults in exported metrics', () => {
  it('finds a described metric that was never exported, and an exported one that is not described', () => {
    expect(faults()).toEqual([])
    expect(findMetricFaults(describedMetrics(PAGE), TOLD.slice(1))).toEqual(['pma_a_seconds was never told'])
    expect(faults({ __name__: 'pma_c' })).toEqual(['pma_c is told, and not described'])
  })

  it('finds a label that is not described, one that is missing, and values that are not listed', () => {
    expect(faults({ __name__: 'pma_b', path: '/' })).toEqual(['pma_b has a label path'])
    const count = 'pma_a_seconds_count'
    expect(faults({ __name__: count, outcome: 'OK' })).toEqual([`${count} lacks route`])
    expect(faults({ __name__: count, route: 'a-slug', outcome: 'OK' })).toEqual([`${count} has route a-slug`])
    expect(faults({ __name__: count, route: 'x', outcome: 'a-slug' })).toEqual([`${count} has outcome a-slug`])
  })
})
