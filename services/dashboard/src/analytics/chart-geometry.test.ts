import { describe, expect, test } from '@jest/globals'
import { barsOf, labelledPoints, roundAbove } from './chart-geometry.js'

const NOTHING = { requests: 0, succeeded: 0, refused: 0, failed: 0, aborted: 0 }
const AREA = { width: 100, height: 200 }

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [5, 5],
  [51, 100],
  [100, 100],
  [101, 200],
  [987_654, 1_000_000],
])('a chart of %d requests ends at %d', (highest, top) => {
  expect(roundAbove(highest)).toBe(top)
})

describe('a bar', () => {
  test('has a part for each outcome, one on the other, as high as its share', () => {
    const [bar] = barsOf([{ requests: 100, succeeded: 50, refused: 20, failed: 15, aborted: 10 }], AREA, 100)
    expect(bar?.parts).toEqual([
      { outcome: 'succeeded', y: 100, height: 100 },
      { outcome: 'refused', y: 60, height: 40 },
      { outcome: 'failed', y: 30, height: 30 },
      { outcome: 'aborted', y: 10, height: 20 },
      { outcome: 'open', y: 0, height: 10 },
    ])
  })

  test('shows one failure among many requests', () => {
    const [bar] = barsOf([{ ...NOTHING, requests: 100_000, succeeded: 99_999, failed: 1 }], AREA, 100_000)
    expect(bar?.parts.map(({ outcome, height }) => [outcome, height >= 1])).toEqual([
      ['succeeded', true],
      ['failed', true],
    ])
  })

  test('of nothing is empty', () => {
    expect(barsOf([NOTHING], AREA, 1)).toEqual([{ x: 0, width: 98, parts: [] }])
  })

  test('stands beside the one before, with a gap, however narrow they are', () => {
    const bars = barsOf(
      Array.from({ length: 200 }, () => NOTHING),
      AREA,
      1,
    )
    expect(bars.slice(0, 2).map(({ x, width }) => [x, width])).toEqual([
      [0, 0.375],
      [0.5, 0.375],
    ])
  })
})

describe('times below the chart', () => {
  const points = Array.from({ length: 24 }, (_, hour) => ({ at: `hour ${hour}` }))

  test('stand evenly apart, and have room', () => {
    expect(labelledPoints(points, 480, 120)).toEqual([
      { at: 'hour 0', x: 0 },
      { at: 'hour 6', x: 120 },
      { at: 'hour 12', x: 240 },
      { at: 'hour 18', x: 360 },
    ])
  })

  test('are one at least, and one for each point at most', () => {
    expect(labelledPoints(points, 50, 120)).toEqual([{ at: 'hour 0', x: 0 }])
    expect(labelledPoints(points.slice(0, 2), 480, 120)).toEqual([
      { at: 'hour 0', x: 0 },
      { at: 'hour 1', x: 240 },
    ])
  })
})
