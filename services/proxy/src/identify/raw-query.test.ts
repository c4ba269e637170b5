import { describe, expect, it } from '@jest/globals'
import { decodePercent, decodeQuery, filterQuery } from './raw-query.js'

/** The pairs that `keep` was asked about, and what is left when all are kept. */
function seenIn(query: string) {
  const pairs: [string, string][] = []
  const kept = filterQuery(query, (name, value) => pairs.push([name, value]) > 0)
  return { pairs, kept }
}

describe('filtering a query as it was sent', () => {
  it.each<[string, [string, string][]]>([
    ['a=1', [['a', '1']]],
    ['a', [['a', '']]],
    ['a=', [['a', '']]],
    ['=1', [['', '1']]],
    ['a=b=c', [['a', 'b=c']]],
    ['', [['', '']]],
    [
      'a=1&&b=2',
      [
        ['a', '1'],
        ['', ''],
        ['b', '2'],
      ],
    ],
    [
      'a=1;b=2&c',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', ''],
      ],
    ],
    ['a+b=c+d', [['a b', 'c d']]],
    ['%61=%2B', [['a', '+']]],
    ['a=%zz', [['a', '%zz']]],
  ])('reads %j as its decoded pairs, and returns it unchanged when all pairs are kept', (query, pairs) => {
    expect(seenIn(query)).toEqual({ pairs, kept: query })
  })

  it('removes a pair with the separator before it, and returns null when no pair is left', () => {
    const without = (query: string, lost: string) => filterQuery(query, (name) => name !== lost)
    expect(without('a=1&b=2;c=3', 'b')).toBe('a=1;c=3')
    expect(without('a=1&b=2', 'a')).toBe('b=2')
    expect(without('a=1;b=2&c=3', 'c')).toBe('a=1;b=2')
    expect(without('a=1', 'a')).toBeNull()
  })
})

describe('percent-decoding', () => {
  it('decodes one round only, and leaves what is not a valid escape as it is', () => {
    expect(decodePercent('%2541%zz%4%')).toBe('%41%zz%4%')
    expect(decodePercent('a+b')).toBe('a+b')
    expect([decodeQuery('a+b'), decodeQuery('a%20b'), decodeQuery('a+%2B')]).toEqual(['a b', 'a b', 'a +'])
  })
})
