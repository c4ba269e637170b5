import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Fault } from '../faults.js'
import { JSON_DEPTH_MAX, parseStrictJson } from './strict-json.js'

const pointerOf = (text: string): string | undefined => {
  try {
    parseStrictJson(text)
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown.details.errors?.[0]?.pointer
    throw thrown
  }
  return undefined
}

const parses = (parse: (text: string) => unknown, text: string): boolean => {
  try {
    parse(text)
    return true
  } catch {
    return false
  }
}

describe('strict JSON', () => {
  it('parses valid texts to the same values as JSON.parse', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        fc.pre(!/__proto__|\\u0000|\\ud[89a-f]/i.test(text))
        expect(parseStrictJson(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 },
    )
  })

  it('refuses exactly those damaged texts that JSON.parse refuses, and those with a duplicate name', () => {
    const damaged = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', '\\', '0', '-', '.', 'e', 't', ' ', '\n', '\u0001'),
        fc.nat(2),
      )
      .map(
        ([text, at, put, cut]) =>
          text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + cut),
      )
    fc.assert(
      fc.property(damaged, (text) => {
        fc.pre(!/__proto__|\\u0000|\\ud[89a-f]/i.test(text))
        const strict = parses(parseStrictJson, text)
        // A duplicate name is the only damage that JSON.parse lets through.
        if (strict !== parses(JSON.parse, text)) expect(pointerOf(text)).toMatch(/^\//)
        else expect(strict).toBe(parses(JSON.parse, text))
      }),
      { numRuns: 3_000 },
    )
  })

  it.each([
    ['{"a":1,"a":2}', '/a'],
    ['{"a":{"b":1,"c":2,"b":3}}', '/a/b'],
    ['[{"x":1},{"x":1,"\\u0078":2}]', '/1/x'],
    ['{"a/b~":1,"a/b~":2}', '/*'],
    ['{"__proto__":{}}', '/__proto__'],
  ])('refuses %s, naming %s', (text, pointer) => {
    expect(pointerOf(text)).toBe(pointer)
  })

  it.each([
    '',
    ' ',
    '{',
    '{"a"}',
    '{"a":1,}',
    '[1,]',
    '01',
    '+1',
    '1.',
    'NaN',
    '"\u0001"',
    '"\\x"',
    '{} {}',
    '\ufeff{}',
    '{"a":"\\u0000"}',
    '"\\ud800"',
    "{'a':1}",
    '{a:1}',
  ])('refuses %j', (text) => {
    expect(() => parseStrictJson(text)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  })

  it('refuses a text that nests too deep with a fault, even at 200,000 levels', () => {
    const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
    expect(parseStrictJson(deep(JSON_DEPTH_MAX))).toBeDefined()
    expect(() => parseStrictJson(deep(JSON_DEPTH_MAX + 2))).toThrow(Fault)
    expect(() => parseStrictJson('['.repeat(200_000))).toThrow(Fault)
  })

  it('reads a long string of escapes without a deep stack', () => {
    expect(parseStrictJson(JSON.stringify('"\\'.repeat(60_000)))).toHaveLength(120_000)
  })
})
