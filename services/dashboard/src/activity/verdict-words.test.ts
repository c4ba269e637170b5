import { describe, expect, test } from '@jest/globals'
import type { Verdict } from '../api/types.js'
import { verdictWords } from './verdict-words.js'

const SOUND: Verdict = {
  type: 'verdict',
  chain: 'audit/org_1',
  ok: true,
  from: 1,
  through: 12,
  entries: 1_340,
  signed: { through: 12, at: '2026-01-02T03:04:05.000Z' },
  doubtful: null,
  late: null,
  breaks: [],
}
const wordsOf = (change: Partial<Verdict>) => verdictWords({ ...SOUND, ...change }, 'The audit trail', () => 'today')

describe('a verdict in order', () => {
  test('says through where, and what may escape', () => {
    expect(wordsOf({})).toEqual({
      title: 'The audit trail is in order, through link 12 as signed by the vault',
      tone: 'sound',
      sentences: [
        '1,340 entries were compared, in links 1 to 12.',
        'The vault last signed today, through link 12.',
        'This shows that nothing on record was changed, added or removed after the vault signed it. What was altered in the minute before that may escape.',
      ],
      breaks: [],
    })
  })

  test('does not vouch for what is younger than the last signature', () => {
    const { title, sentences } = wordsOf({ through: 13 })
    expect(title).toContain('through link 12 as signed')
    expect(sentences).toContainEqual(expect.stringContaining('What is in link 13 could have been altered unseen'))
  })

  test('names the links that have expired', () => {
    expect(wordsOf({ from: 5 }).sentences[0]).toBe(
      '1,340 entries were compared, in links 5 to 12. Those before have expired.',
    )
  })

  test('is not sound before the vault has signed anything', () => {
    const { title, tone, sentences } = wordsOf({ signed: null })
    expect({ title, tone }).toEqual({ title: 'The vault has not signed anything yet', tone: 'reserved' })
    expect(sentences).toEqual([
      '1,340 entries were compared, in links 1 to 12.',
      'Nothing vouches for them yet. The vault signs within a minute: verify again then.',
    ])
  })

  test('is not sound where there is nothing', () => {
    expect(wordsOf({ from: 1, through: 0, entries: 0, signed: null })).toMatchObject({
      title: 'Nothing is on record',
      tone: 'reserved',
    })
  })

  test('has reservations where somebody else may have signed', () => {
    const { title, tone, sentences } = wordsOf({ doubtful: { from: 3, through: 4 } })
    expect({ title, tone }).toEqual({ title: expect.stringMatching(/, with reservations$/), tone: 'reserved' })
    expect(sentences).toContainEqual(expect.stringContaining('Somebody else may have signed links 3 to 4'))
    expect(sentences.at(-1)).toMatch(/^Otherwise this shows/)
  })

  test.each([
    [301, '6 minutes'],
    [3_600, '60 minutes'],
    [7_201, '3 hours'],
    [172_801, '3 days'],
  ])('has reservations where the vault signed %i seconds late', (seconds, shown) => {
    const { tone, sentences } = wordsOf({ late: { from: 7, through: 7, seconds } })
    expect(tone).toBe('reserved')
    expect(sentences).toContainEqual(expect.stringContaining(`signed link 7, or has yet to sign, up to ${shown} after`))
  })
})

describe('a verdict with breaks', () => {
  test('names each, with its place and its detail, and claims no order', () => {
    const { title, tone, sentences, breaks } = wordsOf({
      ok: false,
      breaks: [
        { kind: 'entry-edited', link: 1_500, day: '2026-01-02', detail: 'one or more of its 3 entries were changed' },
        { kind: 'truncated', link: null, day: null, detail: 'the vault signed 12 links' },
      ],
    })
    expect({ title, tone }).toEqual({ title: 'The audit trail is not in order', tone: 'broken' })
    expect(sentences.join(' ')).not.toContain('nothing on record was changed')
    expect(breaks).toEqual([
      'Entries were changed (link 1,500, entries of 2026-01-02): one or more of its 3 entries were changed.',
      'The end of the chain is missing, or was hidden: the vault signed 12 links.',
    ])
  })

  test('is broken even if it is said to be signed, or names none', () => {
    expect(wordsOf({ ok: false }).tone).toBe('broken')
    expect(wordsOf({ ok: false, from: 1, through: 0, signed: null }).tone).toBe('broken')
  })
})
