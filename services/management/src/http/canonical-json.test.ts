import { expect, it } from '@jest/globals'
import { canonicalJson } from './canonical-json.js'

it('canonical JSON is the same text for the same value, whatever the order of members', () => {
  const one = { b: [{ d: 1, c: null }], a: 'é"', skipped: undefined, at: new Date(0) }
  const other = { at: new Date(0), a: 'é"', b: [{ c: null, d: 1 }] }
  expect(canonicalJson(one)).toBe(canonicalJson(other))
  expect(canonicalJson(one)).toBe('{"a":"é\\"","at":"1970-01-01T00:00:00.000Z","b":[{"c":null,"d":1}]}')
  expect(canonicalJson(undefined)).toBe('null')
})

it('canonical JSON holds every member, even one named __proto__ or constructor', () => {
  expect(canonicalJson(JSON.parse('{"a":1,"__proto__":{"b":2}}'))).toBe('{"__proto__":{"b":2},"a":1}')
  expect(canonicalJson(JSON.parse('{"constructor":1}'))).toBe('{"constructor":1}')
})
