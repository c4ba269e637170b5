import { expect, it } from '@jest/globals'
import { ownCopy } from './own-copy.js'
import { keptMib } from './test/kept-mib.js'

const PARTS = 512

/** MiB that remain in use with the first 32 characters of each of 512 texts of 64 KiB. */
function keptMibOfParts(keep: (part: string) => string): number {
  return keptMib(() => {
    const kept = Array.from({ length: PARTS }, (_, at) => {
      const text = Buffer.alloc(64 * 1024, `${at} text `).toString('latin1')
      return keep(text.slice(0, 32))
    })
    expect(kept).toHaveLength(PARTS)
    return kept
  })
}

it('keeps a part without the text that it was cut from, which is otherwise kept as well', () => {
  expect(keptMibOfParts((part) => part)).toBeGreaterThan(24)
  expect(keptMibOfParts(ownCopy)).toBeLessThan(4)
})

it('changes no character up to U+00FF', () => {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('')
  expect(ownCopy(all)).toBe(all)
})
