import { Fault } from '../faults.js'
import { shownName } from './shown-name.js'

/** Nested objects and arrays. The deepest body of the API has five. */
export const JSON_DEPTH_MAX = 16

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** RFC 8259 § 7, up to the closing quote: no raw control characters, only known escapes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const WORD = /true|false|null/y
const SPACE = /[ \t\n\r]*/y

/** A lone half of a surrogate pair: such text cannot be stored as UTF-8. */
const HALF_PAIR = /\p{Surrogate}/u

/**
 * JSON.parse for input that has only one meaning. Parsers differ on duplicate names (the first or the last wins), so
 * such a body could mean one thing to a gateway and another here. `__proto__`, NUL and unpaired surrogates occur in no
 * valid body and are refused too.
 *
 * @throws Fault INVALID_REQUEST naming the place.
 */
export function parseStrictJson(text: string): unknown {
  const reader = { text, at: 0 }
  readValue(reader, '', 0)
  skip(reader, SPACE)
  if (reader.at < text.length) throw unexpected(reader)
  return JSON.parse(text)
}

interface Reader {
  readonly text: string
  at: number
}

function readValue(reader: Reader, pointer: string, depth: number): void {
  if (depth > JSON_DEPTH_MAX) throw refuse(pointer, `Nest at most ${JSON_DEPTH_MAX} levels deep.`)
  skip(reader, SPACE)
  switch (reader.text[reader.at]) {
    case '{':
      readObject(reader, pointer, depth)
      break
    case '[':
      readArray(reader, pointer, depth)
      break
    case '"':
      readString(reader, pointer)
      break
    default:
      if (!skip(reader, NUMBER) && !skip(reader, WORD)) throw unexpected(reader)
  }
}

function readObject(reader: Reader, pointer: string, depth: number): void {
  const names = new Set<string>()
  readList(reader, '}', () => {
    skip(reader, SPACE)
    const name = readString(reader, pointer)
    const at = `${pointer}/${shownName(name)}`
    if (names.has(name)) throw refuse(at, 'This field is given twice.')
    if (name === '__proto__') throw refuse(at, 'This field is not known.')
    names.add(name)
    skip(reader, SPACE)
    take(reader, ':')
    readValue(reader, at, depth + 1)
  })
}

function readArray(reader: Reader, pointer: string, depth: number): void {
  let index = 0
  readList(reader, ']', () => readValue(reader, `${pointer}/${index++}`, depth + 1))
}

/** Reads an opening bracket, items separated by commas, and the closing bracket. */
function readList(reader: Reader, close: string, readItem: () => void): void {
  reader.at++
  skip(reader, SPACE)
  if (reader.text[reader.at] === close) {
    reader.at++
    return
  }
  for (;;) {
    readItem()
    skip(reader, SPACE)
    if (reader.text[reader.at] === close) {
      reader.at++
      return
    }
    take(reader, ',')
  }
}

function readString(reader: Reader, pointer: string): string {
  const start = reader.at
  if (!skip(reader, STRING)) throw unexpected(reader)
  const value: unknown = JSON.parse(reader.text.slice(start, reader.at))
  if (typeof value !== 'string') throw unexpected(reader)
  if (value.includes('\u0000') || HALF_PAIR.test(value))
    throw refuse(pointer, 'Text may not contain NUL or an unpaired surrogate.')
  return value
}

/** Skips what the sticky pattern matches here; false if it does not match. */
function skip(reader: Reader, pattern: RegExp): boolean {
  pattern.lastIndex = reader.at
  const matched = pattern.exec(reader.text)
  if (!matched) return false
  reader.at += matched[0].length
  return true
}

function take(reader: Reader, character: string): void {
  if (reader.text[reader.at] !== character) throw unexpected(reader)
  reader.at++
}

function unexpected({ text, at }: Reader): Fault {
  // The character itself is not named, because it may be part of a secret value.
  const where = at >= text.length ? 'The JSON ends too early.' : `The JSON is malformed at character ${at + 1}.`
  return refuse('', where)
}

function refuse(pointer: string, detail: string): Fault {
  return new Fault('INVALID_REQUEST', 'the body is not strict JSON', { errors: [{ pointer, detail }], say: detail })
}
