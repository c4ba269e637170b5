import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { joinInjectively } from './bytes.js'

describe('joinInjectively', () => {
  it('never gives two lists the same bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
        const same = one.length === other.length && one.every((field, at) => field === other[at])
        expect(joinInjectively(one).equals(joinInjectively(other))).toBe(same)
      }),
    )
  })

  it('gives other bytes if the end of a field moves or an empty field is added', () => {
    expect(joinInjectively(['ab', 'c'])).not.toEqual(joinInjectively(['a', 'bc']))
    expect(joinInjectively(['a'])).not.toEqual(joinInjectively(['a', '']))
  })
})
