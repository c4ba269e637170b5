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
  it('is read into the entries that a proxy wrote', () => {
    const entry = accessEntry({ organizationId: 'org_1', shard: 3, sequence: 7 })
    expect(read(writeEntryText(entry)).entries).toEqual([toInboxEntry(bootId, entry)])
  })

  it('has an entry with a field of the wrong type set aside, with words that name the field', () => {
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

  it('is set aside if it holds 5,001 entries, and an entry in it is set aside if it has 65,537 characters', () => {
    expect(read(' '.repeat(65_537), '{').setAside.map(({ reason, position }) => [reason, position])).toEqual([
      ['out-of-shape', 1],
      ['unreadable', 2],
    ])
    const { setAside } = read(...Array.from({ length: 5_001 }, () => '{}'))
    expect(setAside).toEqual([expect.objectContaining({ reason: 'out-of-shape', position: 0 })])
  })

  it('yields no entries and sets nothing aside if only its delivery is remembered and its fields are gone', () => {
    expect(readMessage({ shard: 3, id: '1-1', fields: null })).toMatchObject({ entries: [], setAside: [] })
  })
})
