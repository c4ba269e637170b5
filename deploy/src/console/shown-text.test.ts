import { describe, expect, it } from '@jest/globals'
import { createProgress } from './progress.js'
import { shownError, shownText, shownWord } from './shown-text.js'

describe('what somebody else may have written', () => {
  it.each([
    ['\u001b[2J', '\\u{1b}[2J'],
    ['\u009b2J\u0007\r\t\u007f\0', '\\u{9b}2J\\u{7}\\u{d}\\u{9}\\u{7f}\\u{0}'],
    ['a\u202eb\u2066', 'a\\u{202e}b\\u{2066}'],
    ['Grüße, 日本 — \\u{1b}', 'Grüße, 日本 — \\u{1b}'],
  ])('%j is shown as %j', (given, shown) => {
    expect([shownWord(given), shownText(given)]).toEqual([shown, shown])
  })

  it('stays on its line as a word, and keeps its lines as a text', () => {
    expect([shownWord('a\nb'), shownText('a\nb')]).toEqual(['a\\u{a}b', 'a\nb'])
  })

  it('is shown so where it is an error, and where it is no error at all', () => {
    expect([shownError(new Error('\u001bc')), shownError('\u001bc')]).toEqual(['\\u{1b}c', '\\u{1b}c'])
  })

  it('is shown so in all that progress tells', async () => {
    const lines: string[] = []
    const progress = createProgress((line) => void lines.push(line))
    await progress.step('step\u001bc', async (say) => say('within\u001bc'))
    progress.say('said\u001bc')
    expect(lines).toEqual([
      '  · step\\u{1b}c',
      '    within\\u{1b}c',
      expect.stringMatching(/^ {2}✓ step\\u\{1b\}c /),
      'said\\u{1b}c',
    ])
  })
})
