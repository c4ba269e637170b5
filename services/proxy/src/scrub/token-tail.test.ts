import { describe, expect, it } from '@jest/globals'
import { TokenTail } from './token-tail.js'

describe('what is held back because a key may be arriving', () => {
  it.each([[[5_000]], [[1_000, 1_000]], [[1_024, 1]], [Array<number>(2_000).fill(1)]])(
    'is at most 1,024 bytes when token characters arrive in chunks of %j',
    (sizes) => {
      const tail = new TokenTail()
      let gone = 0
      let come = 0
      for (const size of sizes) {
        gone += Buffer.concat(tail.push(Buffer.alloc(size, 'a'))).length
        come += size
        expect(come - gone).toBe(Math.min(come, 1_024))
      }
      expect(tail.end()).toHaveLength(1_024)
    },
  )
})

describe('what is passed on of a chunk', () => {
  const LARGE = 64 * 1024

  it('is not copied when the chunk is large: what was held back goes before it as a piece of its own', () => {
    const tail = new TokenTail()
    const [first, second] = [Buffer.from(`${' '.repeat(LARGE)}key`), Buffer.from(`${' '.repeat(LARGE)}more`)]
    expect(tail.push(first)).toEqual([first.subarray(0, LARGE)])
    const pieces = tail.push(second)
    expect(pieces).toEqual([Buffer.from('key'), second.subarray(0, LARGE)])
    expect(pieces[0]?.buffer).toBe(first.buffer)
    expect(pieces[1]?.buffer).toBe(second.buffer)
  })

  it('is joined in one piece with what was held back when the chunk is small', () => {
    const tail = new TokenTail()
    expect(tail.push(Buffer.from('"key'))).toEqual([Buffer.from('"')])
    expect(tail.push(Buffer.from('" "more'))).toEqual([Buffer.from('key" "')])
    expect(tail.end()).toEqual(Buffer.from('more'))
  })

  it('is nothing when the whole chunk is held back', () => {
    expect(new TokenTail().push(Buffer.from('key'))).toEqual([])
  })
})
