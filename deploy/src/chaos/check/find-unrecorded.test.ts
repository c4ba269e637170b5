import { describe, expect, it } from '@jest/globals'
import { findUnrecorded } from './find-unrecorded.js'
import { fault, history, injection, recorded, request } from './hand-written.js'

const one = history({ requests: [request({})], injections: [injection()] })
const kinds = (log: Parameters<typeof findUnrecorded>[1], of = one): string[] =>
  findUnrecorded(of, log).map(({ kind }) => kind)

describe('an injected request', () => {
  it('is not found when the log has it once, with an end', () => {
    expect(kinds(recorded('/c0/1', 'req_1'))).toEqual([])
  })

  it('is found as lost when it is not in the log', () => {
    expect(kinds(recorded('/c0/2', 'req_2'))).toEqual(['lost'])
  })

  it('is found when the log has it as void', () => {
    expect(kinds(recorded('/c0/1', 'req_1', 'void'))).toEqual(['wrong end'])
  })

  it('is found when it has no end, unless its proxy was killed soon after', () => {
    expect(kinds(recorded('/c0/1', 'req_1', 'none'))).toEqual(['no end'])
    const killed = { ...one, faults: [fault('killed', 'proxy-1', 400, 500)] }
    expect(kinds(recorded('/c0/1', 'req_1', 'none'), killed)).toEqual([])
    const another = { ...one, faults: [fault('killed', 'proxy-2', 400, 500)] }
    expect(kinds(recorded('/c0/1', 'req_1', 'none'), another)).toEqual(['no end'])
  })

  it('is found to have no end when it began after its proxy was killed', () => {
    const before = { ...one, faults: [fault('killed', 'proxy-1', 299, 500)] }
    expect(kinds(recorded('/c0/1', 'req_1', 'none'), before)).toEqual(['no end'])
  })

  it('is lost to two failures when Redis lost its data and its proxy was killed before it was on record', () => {
    const killed = fault('killed', 'proxy-1', 3_000, 3_500)
    const flushed = fault('flushed', 'redis', 2_000, 2_100)
    expect(kinds([], { ...one, faults: [flushed, killed] })).toEqual(['lost to two failures'])
    expect(kinds([], { ...one, faults: [flushed, fault('killed', 'proxy-2', 3_000, 3_500)] })).toEqual(['lost'])
    expect(kinds([], { ...one, faults: [fault('frozen', 'redis', 2_000, 2_100), killed] })).toEqual(['lost'])
    expect(kinds([], { ...one, faults: [flushed, fault('killed', 'proxy-1', 11_000, 11_500)] })).toEqual(['lost'])
  })

  it('is lost to two failures for longer when management could not reach Postgres', () => {
    const killed = fault('killed', 'proxy-1', 13_000, 13_500)
    const flushed = fault('flushed', 'redis', 2_000, 2_100)
    const silent = fault('silent', 'management-1→postgres', 1_000, 5_000)
    expect(kinds([], { ...one, faults: [flushed, silent, killed] })).toEqual(['lost to two failures'])
    expect(kinds([], { ...one, faults: [flushed, killed] })).toEqual(['lost'])
  })

  it('is found as lost even if its proxy was killed during it', () => {
    expect(kinds([], { ...one, faults: [fault('killed', 'proxy-1', 304, 500)] })).toEqual(['lost'])
  })

  it('is found when an entry is there twice, or two admissions are', () => {
    expect(kinds([...recorded('/c0/1', 'req_1'), ...recorded('/c0/1', 'req_1', 'none')])).toEqual(['recorded twice'])
    expect(kinds([...recorded('/c0/1', 'req_1'), ...recorded('/c0/1', 'req_2')])).toEqual(['recorded twice'])
  })

  it('is not found when an earlier admission of it is void', () => {
    expect(kinds([...recorded('/c0/1', 'req_1', 'void'), ...recorded('/c0/1', 'req_2')])).toEqual([])
  })

  it('is found when it is both finished and void', () => {
    const both = [...recorded('/c0/1', 'req_1'), { kind: 'void' as const, requestId: 'req_1', path: '' }]
    expect(kinds(both)).toContain('two ends')
  })

  it('is found when the provider received it twice', () => {
    const twice = { ...one, injections: [injection(), injection()] }
    expect(kinds(recorded('/c0/1', 'req_1'), twice)).toEqual(['sent twice'])
  })
})
