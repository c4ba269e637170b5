import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { NotJson, OutOfShape, readEntryText, writeEntryText } from './access-entry-text.js'

const text = fc.string({ unit: 'binary' })
const count = fc.nat(Number.MAX_SAFE_INTEGER)
const head = { shard: fc.nat(63), sequence: count, atMs: count, requestId: text, organizationId: text }
const admitted = fc.record({
  kind: fc.constant('ENTRY_KIND_ADMITTED' as const),
  ...head,
  subject: fc.record({
    appId: text,
    serviceId: text,
    deviceId: text,
    sessionId: text,
    secrets: fc.array(fc.record({ secretId: text, versionId: text, generation: count, name: text })),
    method: text,
    path: text,
    sourceAddress: text,
    platform: text,
    appVersion: text,
    unattested: fc.boolean(),
  }),
  outcome: fc.constant(null),
})
const ended = fc.record({
  kind: fc.constantFrom('ENTRY_KIND_FINISHED' as const, 'ENTRY_KIND_VOID' as const),
  ...head,
  subject: fc.constant(null),
  outcome: fc.record({
    status: count,
    fault: text,
    requestBytes: count,
    responseBytes: count,
    upstreamMs: count,
    totalMs: count,
    aborted: fc.boolean(),
  }),
})

describe('an access log entry written as text', () => {
  it('is read back equal to what was written, for any content', () => {
    fc.assert(
      fc.property(fc.oneof(admitted, ended), (entry) => {
        expect(readEntryText(writeEntryText(entry))).toEqual(entry)
      }),
      { numRuns: 500 },
    )
  })

  it('keeps its stored form, so that a new version can read the entries that the previous version left in streams', () => {
    const spoken =
      '["a",3,7,1768478400000,"req_1","org_1","app_1","svc_1","","",[["sec_1","ver_1",2,"KEY"]],"POST","/v1","::1","ios","1.0",true]'
    const entry = readEntryText(spoken)
    expect(entry).toMatchObject({ kind: 'ENTRY_KIND_ADMITTED', shard: 3, sequence: 7, requestId: 'req_1' })
    expect(entry.subject).toMatchObject({ secrets: [{ secretId: 'sec_1', generation: 2 }], unattested: true })
    expect(writeEntryText(entry)).toBe(spoken)
    expect(readEntryText('["v",3,8,1,"req_1","org_1"]')).toMatchObject({ kind: 'ENTRY_KIND_VOID', outcome: null })
    expect(readEntryText('["f",3,8,1,"req_1","org_1",200,"",1,2,3,4,false,"of the future"]').outcome).toMatchObject({
      status: 200,
      totalMs: 4,
    })
  })

  it.each([
    ['is no list', '{"kind":"a"}'],
    ['is of no known kind', '["x",3,7,1,"req_1","org_1"]'],
    ['has text where a number belongs', '["v","3",7,1,"req_1","org_1"]'],
    ['has a fraction where a whole number belongs', '["v",3,7.5,1,"req_1","org_1"]'],
    ['has a secret that is no list', '["a",3,7,1,"req_1","org_1","","","","",["sec_1"]]'],
  ])('is refused as OutOfShape when it %s', (_what, spoken) => {
    expect(() => readEntryText(spoken)).toThrow(OutOfShape)
  })

  it('is refused as NotJson when it is not JSON at all', () => {
    expect(() => readEntryText('{')).toThrow(NotJson)
  })
})
