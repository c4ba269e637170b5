import { describe, expect, it } from '@jest/globals'
import { writeEntryText } from '@protectmyapi/protos/access-entry-text'
import { newId } from '@protectmyapi/service-kit/ids'
import { toInboxEntry } from '../../directory/record/access-entry.js'
import { accessEntry } from '../../test/access-entries.js'
import { readMessage } from './read-message.js'

const bootId = newId('boot')
const read = (...texts: readonly string[]) =>
  readMessage({ shard: 3, id: '1-1', fields: ['boot', bootId, ...texts.flatMap((text) => ['entry', text])] })

describe('a message of a stream', () => {
  it('holds entries as a proxy writes them', () => {
    const entry = accessEntry({ organizationId: 'org_1', shard: 3, sequence: 7 })
    expect(read(writeEntryText(entry)).entries).toEqual([toInboxEntry(bootId, entry)])
  })

  it('tells in words what of an entry is of another type', () => {
    const { entries, setAside } = read('["f",3,1,0,"req_1","org_1","200"]')
    expect(entries).toEqual([])
    expect(setAside).toEqual([
      expect.objectContaining({
        reason: 'out-of-shape',
        detail: expect.stringContaining('status'),
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
