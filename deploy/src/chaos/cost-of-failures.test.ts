import { expect, it } from '@jest/globals'
import { fault, history, refusal, request } from './check/hand-written.js'
import { costOfFailures, shownCosts } from './cost-of-failures.js'

it('the cost of failures sums up what clients felt of one kind of failure, over all replicas', () => {
  const faults = [fault('cut', 'proxy-1→redis', 100, 400), fault('cut', 'proxy-2→redis', 1_000, 1_400)]
  const requests = [
    request({ startMs: 300, endMs: 1_500 }),
    refusal(503, 'UNAVAILABLE', { startMs: 1_100, endMs: 1_101 }),
    request({ startMs: 1_200, endMs: 1_201, status: 0 }),
    request({ startMs: 500 }),
  ]
  const costs = costOfFailures([history({ faults, requests })])
  const felt = { requests: 3, unavailable: 1, cut: 1, longestMs: 1_200 }
  expect(costs).toEqual([{ failure: 'proxy→redis cut', times: 2, ...felt }])
  expect(shownCosts(costs)).toContain('2 ×: 3 requests, 1 × 503, 1 cut, longest 1.2 s')
})
