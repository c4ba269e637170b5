import { describe, expect, it } from '@jest/globals'
import { IMPORT_LIMITS } from './import-limits.js'
import { parseDotenv } from './parse-dotenv.js'

const one = (text: string): string | undefined => {
  const [entry] = parseDotenv(text)
  return entry && 'value' in entry ? entry.value : undefined
}
/** Line, name and value of each entry. */
const all = (text: string) =>
  parseDotenv(text).map((entry) => [entry.line, entry.name, 'value' in entry ? entry.value : 'WRONG'])

describe('a line of a .env file', () => {
  it.each([
    ['A=b', 'b'],
    ['  A = b  ', 'b'],
    ['\tA=b', 'b'],
    ['export A=b', 'b'],
    ['A=', ''],
    ['A=# nothing', ''],
    ['A=b # a comment', 'b'],
    ['A=b=c==', 'b=c=='],
    ['A=b\r\nC=d', 'b'],
    ['\uFEFFA=b', 'b'],
    ["A='b # c'", 'b # c'],
    ["A='b' # a comment", 'b'],
    ["A='$B \\n'", '$B \\n'],
    ['A=`it\'s "b"`', 'it\'s "b"'],
    ['A="b c"', 'b c'],
    ['A="a\\nb\\r\\t\\"\\\\\\$"', 'a\nb\r\t"\\$'],
    ['A="b\nc"\nD=e', 'b\nc'],
    ['A=""', ''],
  ])('%j means %j', (text, value) => {
    expect(one(text)).toBe(value)
  })

  it.each([
    'A',
    'sk-0123456789',
    '1A=b',
    'A-B=c',
    'A B=c',
    '=b',
    `${'A'.repeat(129)}=b`,
    'sec_01ARZ3NDEKTSV4RRFFQ69G5FAV=b',
    'A=b#c',
    'A=two words',
    "A=it's",
    'A=$B',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is text of a shell.
    'A=${B}',
    'A=b\\n',
    'A="$B"',
    'A="\\x"',
    'A="b',
    "A='b",
    "A='b'c",
    "A='b'#c",
  ])('%j is refused: its readers would not agree', (text) => {
    expect(all(text)[0]?.[2]).toBe('WRONG')
    expect(JSON.stringify(parseDotenv(text)[0])).not.toContain('0123456789')
  })
})

describe('a .env file', () => {
  it('may have blank lines and comments, and its lines are counted from 1', () => {
    expect(all('# keys\n\nA=b\n   # more\n\nC=d\n')).toEqual([
      [3, 'A', 'b'],
      [6, 'C', 'd'],
    ])
  })

  it('is read on after a bad line, a value of several lines and a quote that is not closed', () => {
    expect(all('nonsense\nA="b\nc"\nD="e\nF=g')).toEqual([
      [1, undefined, 'WRONG'],
      [2, 'A', 'b\nc'],
      [4, 'D', 'WRONG'],
      [5, 'F', 'g'],
    ])
  })

  it('has every line of a name refused if that name occurs twice', () => {
    expect(all('A=b\nC=d\nexport A=e')).toEqual([
      [1, 'A', 'WRONG'],
      [2, 'C', 'd'],
      [3, 'A', 'WRONG'],
    ])
  })

  it('is refused with TOO_LARGE when it has too many entries or lines', () => {
    const entries = (count: number) => Array.from({ length: count }, (_, n) => `A${n}=b`).join('\n')
    expect(all(entries(IMPORT_LIMITS.entriesMax))).toHaveLength(IMPORT_LIMITS.entriesMax)
    const tooLarge = expect.objectContaining({ code: 'TOO_LARGE' })
    expect(() => all(entries(IMPORT_LIMITS.entriesMax + 1))).toThrow(tooLarge)
    expect(() => all('\n'.repeat(IMPORT_LIMITS.linesMax))).toThrow(tooLarge)
  })
})
