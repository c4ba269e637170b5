import { describe, expect, it } from '@jest/globals'
import { END, HEAD, TABLE } from './dump-format.js'
import { readDump } from './read-dump.js'

const head = { id: 'one', madeAt: '2026-01-31T03:00:00Z', part: 'vault', migrations: [], days: [], sequences: {} }
const SCRIPT = [
  `${HEAD}${JSON.stringify(head)}`,
  'BEGIN;',
  `${TABLE}{"name":"a","columns":["x"]}`,
  'COPY "a" ("x") FROM stdin;',
  'one\\ttab',
  '-- end {}',
  '\\\\.',
  '',
  '\\.',
  `${TABLE}{"name":"empty","columns":["x"]}`,
  'COPY "empty" ("x") FROM stdin;',
  '\\.',
  'DROP TABLE a;',
  'COMMIT;',
]
const WHOLE = [...SCRIPT, `${END}{"a":4,"empty":0}`]

const MIB = 1024 * 1024
const noted = (): Promise<void> => Promise.resolve()

async function* inChunks(lines: readonly string[], size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function taken(lines: readonly string[], size = 1_000_000): Promise<Record<string, string>> {
  const rows: Record<string, string> = {}
  let table = ''
  await readDump(inChunks(lines, size), {
    head: () => Promise.resolve(),
    table({ name }) {
      table = name
      rows[name] = ''
      return Promise.resolve()
    },
    rows(text) {
      rows[table] += text.toString()
      return Promise.resolve()
    },
    endOfTable: () => Promise.resolve(),
  })
  return rows
}

describe('readDump', () => {
  it('hands over the same rows wherever chunks are cut, and nothing from between tables', async () => {
    const expected = { a: 'one\\ttab\n-- end {}\n\\\\.\n\n', empty: '' }
    const total = Buffer.byteLength(WHOLE.join('\n'))
    for (let size = 1; size <= total; size += 1) expect(await taken(WHOLE, size)).toEqual(expected)
  })

  it('throws for a line that is longer than any row, without reading the rest of it', async () => {
    let read = 0
    async function* withoutEnd(): AsyncGenerator<Buffer> {
      yield Buffer.from(`${SCRIPT.slice(0, 4).join('\n')}\n`)
      for (; ; read += 1) yield Buffer.alloc(4 * MIB, 'x')
    }
    const taker = { head: noted, table: noted, rows: noted, endOfTable: noted }
    await expect(readDump(withoutEnd(), taker)).rejects.toThrow('a line that is longer than any row')
    expect(read).toBe(4)
  })

  it.each([
    ['that ends early', SCRIPT, 'it is cut off'],
    [
      'with a row too many',
      [...SCRIPT, `${END}{"a":3,"empty":0}`],
      'it does not have the number of rows stated at its end',
    ],
    [
      'that lacks a table',
      [...SCRIPT, `${END}{"a":4,"empty":0,"b":0}`],
      'it does not have the number of rows stated at its end',
    ],
    ['of something else', ['SELECT 1;'], 'it is not a backup of ProtectMyAPI'],
    ['of nothing', [], 'it is empty'],
    [
      'of a migration that writes to terminals',
      [`${HEAD}${JSON.stringify({ ...head, migrations: ['\u001b[2J'] })}`],
      'pattern',
    ],
  ])('refuses a script %s', async (_what, lines, why) => {
    await expect(taken(lines)).rejects.toThrow(why)
  })
})
