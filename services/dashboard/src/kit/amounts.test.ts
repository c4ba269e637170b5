import { expect, test } from '@jest/globals'
import { bytesWords, msWords, shareWords } from './amounts.js'

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_000, '1 kB'],
  [1_250, '1.3 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1 MB'],
  [7_300_000_000, '7.3 GB'],
  [5e15, '5,000 TB'],
])('%d bytes are written as %s', (bytes, words) => {
  expect(bytesWords(bytes)).toBe(words)
})

test.each([
  [0, 0, '–'],
  [0, 5, '0 %'],
  [1, 8, '12.5 %'],
  [1, 100_000, '< 0.1 %'],
  [99_999, 100_000, '> 99.9 %'],
  [5, 5, '100 %'],
  [6, 5, '120 %'],
])('%d of %d is %s', (part, whole, words) => {
  expect(shareWords(part, whole)).toBe(words)
})

test('a time that no request had is no zero', () => {
  expect([msWords(null), msWords(0), msWords(1_500)]).toEqual(['–', '0 ms', '1,500 ms'])
})
