import { expect, it } from '@jest/globals'
import { unsearchableCharset } from './unsearchable-charset.js'

it.each([
  'application/json',
  'application/json; charset=utf-8',
  'text/event-stream;charset="UTF-8"',
  'text/html; charset=iso-8859-1; profile=x',
  'text/plain; charset=Shift_JIS',
  'text/plain, charset: "utf-8"',
])('a value can be found in an answer of the type %s', (type) => {
  expect(unsearchableCharset(type)).toBe('')
})

it.each([
  ['application/json; charset=utf-16', 'utf-16'],
  ['application/json; charset=utf16le', 'utf16le'],
  ['text/plain ; Charset = "UTF-32"', 'UTF-32'],
  ['text/plain; charset=utf-7', 'utf-7'],
  ['text/plain; charset=IBM037', 'IBM037'],
  ['text/plain; charset=utf-8; charset=utf-16be', 'utf-16be'],
  ['text/plain, charset=utf-16', 'utf-16'],
  ['text/plain charset=utf-16', 'utf-16'],
  ['text/plain; profile=x charset=utf-16', 'utf-16'],
  ['text/plain; charset=" utf-16"', 'utf-16'],
  ["text/plain; charset='utf-16'", 'utf-16'],
  ['text/plain; charset:utf-16', 'utf-16'],
])('no value can be found in an answer of the type %s', (type, charset) => {
  expect(unsearchableCharset(type)).toBe(charset)
})
