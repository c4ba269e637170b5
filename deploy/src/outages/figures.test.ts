import { describe, expect, it } from '@jest/globals'
import { figuresByProxy, figuresOf, type Sent } from './figures.js'

const sent = (startMs: number, status: number, tookMs = 5, proxy = 0): Sent => {
  return { proxy, startMs, endMs: startMs + tookMs, status }
}

describe('the figures of an outage', () => {
  it('are taken from what started during it, and its end from what started after it', () => {
    const figures = figuresOf(
      [
        sent(900, 503),
        sent(1_000, 200),
        sent(1_500, 200, 40),
        sent(2_000, 503, 2),
        sent(2_500, 503, 8),
        sent(3_000, 503, 10),
        sent(3_500, 200),
        sent(4_000, 0),
        sent(4_500, 200),
      ],
      { fromMs: 1_000, toMs: 3_000 },
    )
    expect(figures).toEqual({
      requests: 4,
      served: 2,
      servedForMs: 1_000,
      lastServedMs: 500,
      refusedInMs: 8,
      longestMs: 40,
      strange: 1,
      backInMs: 1_005,
    })
  })

  it('have no time of refusal when all requests were served', () => {
    const figures = figuresOf([sent(1_000, 200), sent(3_000, 200)], { fromMs: 1_000, toMs: 3_000 })
    expect(figures).toMatchObject({ served: 1, servedForMs: undefined, refusedInMs: undefined, backInMs: 0 })
  })

  it('are taken for each proxy, so that one proxy does not hide how long another one serves', () => {
    const both = [sent(1_500, 503), sent(1_600, 200, 5, 1), sent(2_900, 200, 5, 1)]
    const [first, second] = figuresByProxy(both, 2, { fromMs: 1_000, toMs: 3_000 })
    expect(first).toMatchObject({ servedForMs: 500, lastServedMs: undefined })
    expect(second).toMatchObject({ servedForMs: undefined, lastServedMs: 1_900 })
  })
})
