import { describe, expect, it } from '@jest/globals'
import { addedDelay, delaysInTurn } from './delays.js'

describe('delays of both sides', () => {
  it('are measured in turn, and each side is first in every other window', async () => {
    const taken: string[] = []
    const side = (name: string) => async () => [taken.push(name)]
    const delays = await delaysInTurn(3, { ours: side('ours'), bare: side('bare') })
    expect(taken).toEqual(['ours', 'bare', 'bare', 'ours', 'ours', 'bare'])
    expect(delays).toEqual({ ours: [1, 4, 5], bare: [2, 3, 6] })
  })

  it('are compared over all rounds, with the range of the rounds beside it', () => {
    const rounds = [
      { ours: [2, 3, 4], bare: [1, 1, 1] },
      { ours: [9, 9, 9], bare: [1, 1, 8] },
      { ours: [2, 2, 2], bare: [1, 1, 1] },
    ]
    expect(addedDelay(rounds, 0.5)).toEqual({ ms: 2, range: [1, 8] })
    expect(addedDelay(rounds, 1)).toEqual({ ms: 1, range: [1, 3] })
  })
})
