import { describe, expect, it } from '@jest/globals'
import { Name } from './fields.js'

const INVISIBLE = 'Give one line of visible characters. Type the name anew if you copied it: it holds an invisible one.'
const BLANKS = 'Put one blank between words, not several.'

/** What a person is told, or undefined where the name is taken. */
const refusal = (name: string): string | undefined => Name.safeParse(name).error?.issues[0]?.message

/** Every character there is. */
const CHARACTERS = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code))
const ofCategory = (category: RegExp) => CHARACTERS.filter((character) => category.test(character))

describe('a name', () => {
  it.each([
    ['Acme, Inc. (EU) – 2'],
    ['Zoë O’Brien'],
    ['Zoe\u0308'],
    ['山田\u3000太郎'],
    ['Caisse d’Épargne\u00a0!'],
    ['نام'],
    ['हिन्दी'],
    ['Shop ❤️ 🛒 👍🏽'],
    ['x'.repeat(100)],
  ])('may be %j', (name) => {
    expect(Name.parse(name)).toBe(name)
  })

  it('has no blanks at its ends', () => {
    expect(Name.parse('\u00a0 \tAcme\u3000\n')).toBe('Acme')
  })

  it.each([
    ['a direction that is overridden', 'Boss\u202egpj.exe'],
    ['an embedded direction', 'Boss \u202aX\u202c'],
    ['an isolated direction', 'Boss \u2066X\u2069'],
    ['a mark of direction', 'Boss\u200f'],
    ['a space without width', 'Bo\u200bss'],
    ['a joiner', 'Bo\u200dss'],
    ['a non-joiner', 'Bo\u200css'],
    ['a word joiner', 'Bo\u2060ss'],
    ['a byte order mark', 'Bo\ufeffss'],
    ['a soft hyphen', 'Bo\u00adss'],
    ['a tag', 'Boss\u{e0041}'],
    ['a Hangul filler, which is a letter', 'Boss\u3164'],
    ['a half-width Hangul filler', '\uffa0'],
    ['a blank of Braille', 'Boss\u2800\u2800X'],
    ['a selector behind no emoji', 'Boss\ufe0f'],
    ['a second selector', '❤\ufe0f\ufe0f'],
    ['a line break', 'Boss\nAdmin'],
    ['a line separator', 'Boss\u2028Admin'],
    ['a tab', 'Boss\tAdmin'],
    ['NUL', 'Bo\u0000ss'],
    ['an escape', '\u001b[2KBoss'],
    ['a control of C1', 'Bo\u009bss'],
  ])('has no invisible character: %s', (_what, name) => {
    expect(refusal(name)).toBe(INVISIBLE)
  })

  it.each([
    ['two spaces', 'Boss  (boss@corp.example)'],
    ['many no-break spaces', `Boss (boss@corp.example)${'\u00a0'.repeat(60)}x`],
    ['blanks of two kinds', 'Boss\u00a0 x'],
    ['ideographic spaces', 'Boss\u3000\u3000x'],
  ])('has one blank between words: not %s', (_what, name) => {
    expect(refusal(name)).toBe(BLANKS)
  })

  it('has no control and no character of a format, and no two blanks of any kinds', () => {
    const invisible = ofCategory(/[\p{Cc}\p{Cf}\p{Bidi_Control}]/u)
    expect(invisible.filter((character) => refusal(`Bo${character}ss`) !== INVISIBLE)).toEqual([])
    const blanks = ofCategory(/\p{Zs}/u)
    expect(blanks.filter((one) => refusal(`a${one}b`) !== undefined)).toEqual([])
    const pairs = blanks.flatMap((one) => blanks.map((other) => `a${one}${other}b`))
    expect(pairs.filter((name) => refusal(name) !== BLANKS)).toEqual([])
  })
})
