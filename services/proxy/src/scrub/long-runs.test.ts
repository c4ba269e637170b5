import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { LongRuns } from './long-runs.js'
import { isTokenByte, LONG_RUN } from './token-bytes.js'

/** All results of a search, each continued behind the run before. */
function found(bytes: Buffer, from = 0, to = bytes.length): number[] {
  const runs = new LongRuns(bytes, to)
  const begins: number[] = []
  for (let at = from; at < to; ) {
    const begin = runs.next(at)
    if (begin === to) break
    begins.push(begin)
    at = endOf(bytes, begin, to) + 1
  }
  return begins
}

function endOf(bytes: Buffer, begin: number, to: number): number {
  let end = begin
  while (end < to && isTokenByte(bytes[end] ?? 0)) end += 1
  return end
}

/** The same, computed byte by byte. */
function expected(bytes: Buffer, from = 0, to = bytes.length): number[] {
  const begins: number[] = []
  for (let at = from; at < to; ) {
    const end = endOf(bytes, at, to)
    if (end - at >= LONG_RUN) begins.push(at)
    at = end + 1
  }
  return begins
}

describe('the search for long runs', () => {
  it('finds a run of each token byte, and no run of any other byte', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const run = Buffer.alloc(40, byte)
      expect(found(run)).toEqual(isTokenByte(byte) ? [0] : [])
    }
  })

  it('finds what a byte-by-byte search finds, in runs of every length and between any two offsets', () => {
    const Runs = fc.array(
      fc.tuple(fc.constantFrom('a', '/', '\0', '"', '\xff', ' '), fc.integer({ min: 1, max: 40 })),
      {
        maxLength: 60,
      },
    )
    fc.assert(
      fc.property(Runs, fc.nat(200), fc.nat(200), (runs, skipped, cut) => {
        const bytes = Buffer.from(runs.map(([char, count]) => char.repeat(count)).join(''), 'latin1')
        const to = Math.max(0, bytes.length - cut)
        const from = Math.min(skipped, to)
        expect(found(bytes, from, to)).toEqual(expected(bytes, from, to))
      }),
      { numRuns: 3_000 },
    )
  })

  it('finds what a byte-by-byte search finds in random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 200, maxLength: 4_000 }), (bytes) => {
        expect(found(Buffer.from(bytes))).toEqual(expected(Buffer.from(bytes)))
      }),
    )
  })

  it.each([-17, -16, -15, -1, 0, 1, 15])('finds a run that begins %i bytes from the end of a piece', (offset) => {
    for (const length of [15, 16, 17, 40, 70_000]) {
      const begin = 64 * 1024 + offset
      const bytes = Buffer.concat([
        Buffer.alloc(begin),
        Buffer.alloc(length, 'k'),
        Buffer.alloc(90_000),
        Buffer.alloc(16, 'k'),
      ])
      expect(found(bytes)).toEqual(expected(bytes))
      expect(found(bytes)).toHaveLength(length < LONG_RUN ? 1 : 2)
    }
  })
})
