import { describe, expect, it } from '@jest/globals'
import { newId } from '@protectmyapi/service-kit/ids'
import { readMessage } from './read-message.js'

const bootId = newId('boot')
const read = (...texts: readonly string[]) =>
  readMessage({ shard: 3, id: '1-1', fields: ['boot', bootId, ...texts.flatMap((text) => ['entry', text])] })

describe('a message of a stream', () => {
  it('gives what is missing the value of an unset field, and passes over members that we do not know', () => {
    const entry = {
      kind: 'ENTRY_KIND_ADMITTED',
      shard: 3,
      sequence: 7,
      requestId: 'req_1',
      organizationId: 'org_1',
      outcome: null,
      subject: { appId: 'app_1', secrets: [{ secretId: 'sec_1', madeIn: 'the future' }] },
      later: [1],
    }
    expect(read(JSON.stringify(entry)).entries).toEqual([
      {
        bootId,
        shard: 3,
        sequence: 7,
        kind: 'admitted',
        atMs: 0,
        requestId: 'req_1',
        organizationId: 'org_1',
        entry: {
          app: 'app_1',
          service: '',
          device: '',
          session: '',
          secrets: [{ id: 'sec_1', version: '', generation: 0, name: '' }],
          method: '',
          path: '',
          sourceAddress: '',
          platform: '',
          appVersion: '',
          unattested: false,
        },
      },
    ])
  })

  it.each([
    ['status', { status: '200' }],
    ['status', { status: 1.5 }],
    ['status', { status: 1e300 }],
    ['fault', { fault: 1 }],
    ['aborted', { aborted: 'true' }],
  ])('names the member that has another type: %s', (name, outcome) => {
    const entry = {
      kind: 'ENTRY_KIND_FINISHED',
      shard: 3,
      sequence: 1,
      requestId: 'req_1',
      organizationId: 'org_1',
      outcome,
    }
    const { entries, setAside } = read(JSON.stringify(entry))
    expect(entries).toEqual([])
    expect(setAside).toEqual([
      expect.objectContaining({
        reason: 'out-of-shape',
        detail: expect.stringContaining(name),
        message: '1-1',
        position: 1,
      }),
    ])
  })

  it('is bounded, and so is an entry: whoever can write to Redis could send any amount', () => {
    expect(read(' '.repeat(65_537), '{').setAside.map(({ reason, position }) => [reason, position])).toEqual([
      ['out-of-shape', 1],
      ['unreadable', 2],
    ])
    const { setAside } = read(...Array.from({ length: 5_001 }, () => '{}'))
    expect(setAside).toEqual([expect.objectContaining({ reason: 'out-of-shape', position: 0 })])
  })

  it('of which only the delivery is remembered holds nothing, and nothing is set aside', () => {
    expect(readMessage({ shard: 3, id: '1-1', fields: null })).toMatchObject({ entries: [], setAside: [] })
  })
})
