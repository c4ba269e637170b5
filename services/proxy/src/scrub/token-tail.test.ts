import { describe, expect, it } from '@jest/globals'
import { TokenTail } from './token-tail.js'

describe('what is held back for a key that may be under way', () => {
  it.each([[[5_000]], [[1_000, 1_000]], [[1_024, 1]], [Array<number>(2_000).fill(1)]])(
    'is 1,024 bytes at most, of %j that could be one',
    (sizes) => {
      const tail = new TokenTail()
      let gone = 0
      let come = 0
      for (const size of sizes) {
        gone += tail.push(Buffer.alloc(size, 'a')).length
        come += size
        expect(come - gone).toBe(Math.min(come, 1_024))
      }
      expect(tail.end()).toHaveLength(1_024)
    },
  )
})
