import { hkdfSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { hkdfExpand, hkdfExtract, hkdfSha512 } from './hkdf.js'

describe('HKDF-SHA-512', () => {
  it.each([1, 32, 63, 64, 65, 128, 255 * 64])('gives %i bytes as Node’s own does', (bytes) => {
    const [key, salt, info] = [randomBytes(32), randomBytes(32), randomBytes(40)]
    expect(hkdfSha512(key, salt, info, bytes)).toEqual(Buffer.from(hkdfSync('sha512', key, salt, info, bytes)))
    expect(hkdfExpand(hkdfExtract(key, salt), info, bytes)).toEqual(hkdfSha512(key, salt, info, bytes))
  })

  it('gives the same bytes as Node’s own for an empty salt and for info as text', () => {
    const key = randomBytes(32)
    const none = Buffer.alloc(0)
    expect(hkdfSha512(key, none, 'née', 32)).toEqual(Buffer.from(hkdfSync('sha512', key, none, 'née', 32)))
  })

  it('throws RangeError for more than 255 blocks', () => {
    expect(() => hkdfSha512(randomBytes(32), randomBytes(32), '', 255 * 64 + 1)).toThrow(RangeError)
  })
})
