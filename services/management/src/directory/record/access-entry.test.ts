import { describe, expect, it } from '@jest/globals'
import type { AccessEntry__Output } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import fc from 'fast-check'
import { lineOf } from '../../access-log/store/entry-lines.js'
import { accessEntryText } from '../../chain/entry-text.js'
import { canonicalJson } from '../../http/canonical-json.js'
import { accessEntry } from '../../test/access-entries.js'
import { toInboxEntry } from './access-entry.js'

const bootId = newId('boot')
const texts = fc.string({ unit: 'binary', maxLength: 40 })
const integers = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

const subjects = fc.record({
  appId: texts,
  serviceId: texts,
  deviceId: texts,
  sessionId: texts,
  secrets: fc.array(fc.record({ secretId: texts, versionId: texts, generation: integers, name: texts }), {
    maxLength: 3,
  }),
  method: texts,
  path: texts,
  sourceAddress: texts,
  platform: texts,
  appVersion: texts,
  unattested: fc.boolean(),
})

const outcomes = fc.record({
  status: integers,
  fault: texts,
  requestBytes: integers,
  responseBytes: integers,
  upstreamMs: integers,
  totalMs: integers,
  aborted: fc.boolean(),
})

const of = (change: Partial<AccessEntry__Output>): AccessEntry__Output =>
  accessEntry({ organizationId: 'org_1', shard: 1, sequence: 1, ...change })

const entries = fc.oneof(
  subjects.map((subject) => of({ subject })),
  outcomes.map((outcome) => of({ kind: 'ENTRY_KIND_FINISHED', outcome })),
  fc.option(outcomes).map((outcome) => of({ kind: 'ENTRY_KIND_VOID', outcome })),
)

describe('an entry on its way to the log', () => {
  it('has its content in canonical JSON, whatever its fields contain', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const { content } = toInboxEntry(bootId, entry)
        expect(content).toBe(canonicalJson(JSON.parse(content)))
      }),
    )
  })

  it('has exactly the text that earlier versions gave it', () => {
    const entry = toInboxEntry(bootId, of({ atMs: 1_700_000_000_000 }))
    expect(accessEntryText(entry)).toBe(
      `["${bootId}",1,"1","admitted","1700000000000","req_1","org_1",` +
        '{"app":"app_1","appVersion":"","device":"","method":"POST","path":"/v1/chat","platform":"ios",' +
        '"secrets":[{"generation":1,"id":"sec_1","name":"A_KEY","version":"ver_1"}],' +
        '"service":"svc_1","session":"","sourceAddress":"192.0.2.1","unattested":false}]',
    )
  })

  it('is one line of eight fields for Postgres, whatever its fields contain', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const line = lineOf(toInboxEntry(bootId, entry))
        expect(line.split('\t')).toHaveLength(8)
        expect(line).not.toMatch(/[\r\n]/)
      }),
    )
  })

  it.each(['', ' ', 'req\t1', 'req\n1', 'réq', 'req_\u0000', 'r'.repeat(65)])(
    'is refused if its request or its organization has the id %j',
    (id) => {
      for (const change of [{ requestId: id }, { organizationId: id }])
        expect(() => toInboxEntry(bootId, of(change))).toThrow(Fault)
    },
  )
})
