import { describe, expect, it } from '@jest/globals'
import { findUnrecorded } from './find-unrecorded.js'
import { fault, history, injection, recorded, request } from './hand-written.js'

const one = history({ requests: [request({})], injections: [injection()] })
const kinds = (log: Parameters<typeof findUnrecorded>[1], of = one): string[] =>
  findUnrecorded(of, log).map(({ kind }) => kind)

describe('an injected request', () => {
  it('is right when it stands in the log once, and ended', () => {
    expect(kinds(recorded('/c0/1', 'req_1'))).toEqual([])
  })

  it('is found when it is not in the log', () => {
    expect(kinds(recorded('/c0/2', 'req_2'))).toEqual(['lost'])
  })

  it('is found when the log calls it void', () => {
    expect(kinds(recorded('/c0/1', 'req_1', 'void'))).toEqual(['wrong end'])
  })

  it('is found when it has no end, but where its proxy was killed soon after', () => {
    expect(kinds(recorded('/c0/1', 'req_1', 'none'))).toEqual(['no end'])
    const killed = { ...one, faults: [fault('killed', 'proxy-1', 400, 500)] }
    expect(kinds(recorded('/c0/1', 'req_1', 'none'), killed)).toEqual([])
    const another = { ...one, faults: [fault('killed', 'proxy-2', 400, 500)] }
    expect(kinds(recorded('/c0/1', 'req_1', 'none'), another)).toEqual(['no end'])
  })

  it('is found lost though its proxy was killed: what is admitted is on record before anything leaves', () => {
    expect(kinds([], { ...one, faults: [fault('killed', 'proxy-1', 304, 500)] })).toEqual(['lost'])
  })

  it('is found when an entry stands twice, or two admissions stand', () => {
    expect(kinds([...recorded('/c0/1', 'req_1'), ...recorded('/c0/1', 'req_1', 'none')])).toEqual(['recorded twice'])
    expect(kinds([...recorded('/c0/1', 'req_1'), ...recorded('/c0/1', 'req_2')])).toEqual(['recorded twice'])
  })

  it('may have been admitted before, where that walk is void', () => {
    expect(kinds([...recorded('/c0/1', 'req_1', 'void'), ...recorded('/c0/1', 'req_2')])).toEqual([])
  })

  it('is found when it is finished and void', () => {
    const both = [...recorded('/c0/1', 'req_1'), { kind: 'void' as const, requestId: 'req_1', path: '' }]
    expect(kinds(both)).toContain('two ends')
  })

  it('is found when the provider got it twice', () => {
    const twice = { ...one, injections: [injection(), injection()] }
    expect(kinds(recorded('/c0/1', 'req_1'), twice)).toEqual(['sent twice'])
  })
})
