import { describe, expect, it } from '@jest/globals'
import { createAddressRates } from './address-rates.js'

function ratesOf(blocksMax?: number) {
  let nowMs = 1_000
  const clock = { monotonicMs: () => nowMs }
  const rates = createAddressRates('trials', { count: 2, periodMs: 1_000, burst: 3 }, clock, blocksMax)
  const draw = (block: string): string => {
    try {
      rates.draw(block)
      return 'drawn'
    } catch (err) {
      expect(err).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterSeconds: 0.5 } })
      return 'limited'
    }
  }
  const advance = (ms: number): void => {
    nowMs += ms
  }
  return { advance, giveBack: rates.giveBack, draws: (...blocks: readonly string[]) => blocks.map(draw) }
}

describe('rates of addresses', () => {
  it('let each address’s burst through, then one request an interval, independently of other addresses', () => {
    const { advance, draws } = ratesOf()
    expect(draws('a', 'a', 'a', 'a', 'b')).toEqual(['drawn', 'drawn', 'drawn', 'limited', 'drawn'])
    advance(500)
    expect(draws('a', 'a')).toEqual(['drawn', 'limited'])
  })

  it('take back what came to something, and give nobody more than the burst', () => {
    const { draws, giveBack } = ratesOf()
    giveBack('a')
    expect(draws('a', 'a', 'a', 'a')).toEqual(['drawn', 'drawn', 'drawn', 'limited'])
    giveBack('a')
    expect(draws('a', 'a', 'b')).toEqual(['drawn', 'limited', 'drawn'])
  })

  it('are kept for a bounded number of addresses: the one that asked longest ago is dropped first', () => {
    const { draws } = ratesOf(2)
    draws('a', 'a', 'a', 'b', 'b', 'b')
    expect(draws('a', 'c', 'a', 'b')).toEqual(['limited', 'drawn', 'limited', 'drawn'])
  })

  it('are kept for 20,000 addresses', () => {
    const { draws } = ratesOf()
    draws('a', 'a', 'a')
    draws(...Array.from({ length: 19_999 }, (_, nth) => `n${nth}`))
    expect(draws('a')).toEqual(['limited'])
    draws(...Array.from({ length: 20_000 }, (_, nth) => `m${nth}`))
    expect(draws('a')).toEqual(['drawn'])
  })
})
