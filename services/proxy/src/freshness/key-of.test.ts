import { expect, it } from '@jest/globals'
import { keyOf } from './key-of.js'

it('keyOf gives different lists of fields different keys, even if their texts join to the same', () => {
  const lists = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], [], [''], ['1:a'], ['1', 'a']]
  expect(new Set(lists.map((fields) => keyOf(...fields))).size).toBe(lists.length)
  expect(keyOf('ab', 'c')).toBe(keyOf('ab', 'c'))
})
