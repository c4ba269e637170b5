import { describe, expect, it } from '@jest/globals'
import { findUnhealed } from './find-unhealed.js'
import { fault } from './hand-written.js'

const kinds = (...faults: ReturnType<typeof fault>[]): string[] => findUnhealed({ faults }).map(({ kind }) => kind)

describe('a failure that was mended', () => {
  it('is not found when every part is ready within five seconds and everything is on record', () => {
    expect(kinds(fault('cut', 'proxy-1→redis', 0, 1_000, { backMs: 6_000, endMs: 9_000 }))).toEqual([])
  })

  it('is found when not everything was ready, or not everything was on record, in time', () => {
    const unready = fault('cut', 'proxy-1→redis', 0, 1_000, { backMs: null, endMs: 16_000, isWhole: false })
    const unrecorded = fault('flushed', 'redis', 0, 1_000, { backMs: 1_100, endMs: 16_000, isWhole: false })
    expect(kinds(unready, unrecorded)).toEqual(['not whole', 'not whole'])
    expect(findUnhealed({ faults: [unrecorded] })[0]?.says).toContain('not everything was on record')
  })

  it('is found when its return took over five seconds, or over fifteen after a process was killed', () => {
    expect(kinds(fault('silent', 'proxy-1→directory', 0, 1_000, { backMs: 6_001, endMs: 6_001 }))).toEqual([
      'back too late',
    ])
    expect(kinds(fault('killed', 'management-1', 0, 1_000, { backMs: 6_001, endMs: 6_001 }))).toEqual([])
    expect(kinds(fault('killed', 'management-1', 0, 1_000, { backMs: 16_001, endMs: 16_001 }))).toEqual([
      'back too late',
    ])
  })
})
