import { describe, expect, it } from '@jest/globals'
import { shownError, shownJson, shownNames, shownText, shownWord } from './shown-text.js'

describe('text that somebody else may have written', () => {
  it.each([
    ['\u001b[2J', '\\u{1b}[2J'],
    ['\u009b2J\u0007\r\t\u007f\0', '\\u{9b}2J\\u{7}\\u{d}\\u{9}\\u{7f}\\u{0}'],
    ['a\u202eb\u2066', 'a\\u{202e}b\\u{2066}'],
    ['Grüße, 日本 — \\u{1b}', 'Grüße, 日本 — \\u{1b}'],
  ])('%j is shown as %j', (given, shown) => {
    expect([shownWord(given), shownText(given)]).toEqual([shown, shown])
  })

  it('has its line feeds escaped as a word, and kept as a text', () => {
    expect([shownWord('a\nb'), shownText('a\nb')]).toEqual(['a\\u{a}b', 'a\nb'])
  })

  it('is escaped when it was thrown, with or without an error around it', () => {
    expect([shownError(new Error('\u001bc')), shownError('\u001bc')]).toEqual(['\\u{1b}c', '\\u{1b}c'])
  })

  it('is escaped in JSON that still parses to the same value', () => {
    const given = { id: 'a\u009b2J\u007f\u202e\u001b\n — 日本' }
    const shown = shownJson(JSON.stringify(given))
    expect(shown).toBe('{"id":"a\\u009b2J\\u007f\\u202e\\u001b\\n — 日本"}')
    expect(JSON.parse(shown)).toEqual(given)
  })

  it('is escaped in a list of names, which shows the first twenty and counts the others', () => {
    const names = Array.from({ length: 22 }, (_, at) => `n${at}`)
    expect(shownNames(['a\u001b', 'b'])).toBe('a\\u{1b}, b')
    expect(shownNames(names)).toBe(`${names.slice(0, 20).join(', ')} and 2 more`)
  })
})
