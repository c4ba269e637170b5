import { describe, expect, it } from '@jest/globals'
import type { HalfDone, ProcessSize } from './evidence.js'
import { findLeftovers } from './find-leftovers.js'
import { evidence, fault, history, operation } from './hand-written.js'

const BEFORE = { residentMb: 100, descriptors: 40 }

const kinds = (before: ProcessSize | null, after: ProcessSize | null): string[] =>
  findLeftovers(history({}), evidence({ processes: [{ name: 'proxy-1', before, after }] })).map(({ kind }) => kind)

describe('unfinished work', () => {
  /** The last failure ends at 1,000 ms. */
  const run = history({ faults: [fault('killed', 'vault-1', 0, 1_000)] })
  const look = (atMs: number, counts: Partial<HalfDone> = {}): HalfDone => {
    return { atMs, pending: 0, undestroyed: 0, undestroyedKeys: 0, ...counts }
  }
  const found = (...halfDone: HalfDone[]) => findLeftovers(run, evidence({ halfDone }))

  it('is not found within ten seconds after the last failure', () => {
    expect(found(look(11_000, { pending: 1, undestroyed: 1 }), look(12_000))).toEqual([])
  })

  it('is found after ten seconds, whether a version is pending or not yet destroyed', () => {
    expect(found(look(11_001, { pending: 1 }))).toMatchObject([{ kind: 'pending' }])
    expect(found(look(11_001, { undestroyed: 2 }))).toMatchObject([{ kind: 'pending' }])
  })

  it('is found only after twenty seconds when a signing key is not yet destroyed', () => {
    expect(found(look(21_000, { undestroyedKeys: 1 }))).toEqual([])
    expect(found(look(21_001, { undestroyedKeys: 1 }))).toMatchObject([{ kind: 'pending' }])
  })

  it('is found even if it was finished later', () => {
    expect(found(look(15_000, { undestroyed: 1 }), look(16_000))).toHaveLength(1)
  })

  it('is found ten seconds after the last change when that came after the last failure', () => {
    const changed = history({ operations: [operation({ startMs: 3_000, endMs: 4_000 })] })
    const at = (atMs: number) => findLeftovers(changed, evidence({ halfDone: [look(atMs, { pending: 1 })] }))
    expect(at(14_000)).toEqual([])
    expect(at(14_001)).toHaveLength(1)
  })
})

describe('a process', () => {
  it('is found when it has grown by too much memory or too many descriptors', () => {
    expect(kinds(BEFORE, { residentMb: 220, descriptors: 60 })).toEqual([])
    expect(kinds(BEFORE, { residentMb: 221, descriptors: 40 })).toEqual(['grown'])
    expect(kinds(BEFORE, { residentMb: 100, descriptors: 61 })).toEqual(['grown'])
  })

  it('is found when it was missing before or after the run', () => {
    expect(kinds(null, BEFORE)).toEqual(['missing'])
    expect(kinds(BEFORE, null)).toEqual(['missing'])
  })
})
