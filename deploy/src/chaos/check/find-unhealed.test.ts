import { describe, expect, it } from '@jest/globals'
import { findUnhealed } from './find-unhealed.js'
import { fault } from './hand-written.js'

const kinds = (...faults: ReturnType<typeof fault>[]): string[] => findUnhealed({ faults }).map(({ kind }) => kind)

describe('a failure that was mended', () => {
  it('is right when every part is ready within five seconds, and all is on record', () => {
    expect(kinds(fault('cut', 'proxy-1→redis', 0, 1_000, { backMs: 6_000, endMs: 9_000 }))).toEqual([])
  })

  it('is found when not everything was ready, or on record, in the time that there is', () => {
    const unready = fault('cut', 'proxy-1→redis', 0, 1_000, { backMs: null, endMs: 16_000, isWhole: false })
    const unrecorded = fault('flushed', 'redis', 0, 1_000, { backMs: 1_100, endMs: 16_000, isWhole: false })
    expect(kinds(unready, unrecorded)).toEqual(['not whole', 'not whole'])
    expect(findUnhealed({ faults: [unrecorded] })[0]?.says).toContain('not everything was on record')
  })

  it('is found when it took longer than is promised, and than a process takes that is started anew', () => {
    expect(kinds(fault('silent', 'proxy-1→directory', 0, 1_000, { backMs: 6_001, endMs: 6_001 }))).toEqual([
      'back too late',
    ])
    expect(kinds(fault('killed', 'management-1', 0, 1_000, { backMs: 6_001, endMs: 6_001 }))).toEqual([])
    expect(kinds(fault('killed', 'management-1', 0, 1_000, { backMs: 16_001, endMs: 16_001 }))).toEqual([
      'back too late',
    ])
  })
})
