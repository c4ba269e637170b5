import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from '@jest/globals'
import { ownCopy } from './own-copy.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const PARTS = 512
const MIB = 1024 * 1024

/** MiB that remain in use with the first 32 characters of each of 512 texts of 64 KiB. */
function keptMib(keep: (part: string) => string): number {
  collect()
  const before = process.memoryUsage().heapUsed
  const kept = Array.from({ length: PARTS }, (_, at) => {
    const text = Buffer.alloc(64 * 1024, `${at} text `).toString('latin1')
    return keep(text.slice(0, 32))
  })
  collect()
  const after = process.memoryUsage().heapUsed
  expect(kept).toHaveLength(PARTS)
  return (after - before) / MIB
}

it('keeps a part without the text that it was cut from, which is otherwise kept as well', () => {
  expect(keptMib((part) => part)).toBeGreaterThan(24)
  expect(keptMib(ownCopy)).toBeLessThan(4)
})

it('changes no character up to U+00FF', () => {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('')
  expect(ownCopy(all)).toBe(all)
})
