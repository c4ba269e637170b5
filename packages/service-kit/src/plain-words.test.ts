import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { plainWords } from './plain-words.js'

const wordsOf = (schema: z.ZodType, given: unknown): string | undefined =>
  schema.safeParse(given, { error: plainWords }).error?.issues[0]?.message

describe('plainWords', () => {
  it.each([
    ['what is missing', z.string(), undefined, 'Give this: it is required.'],
    ['a choice that is missing', z.enum(['a', 'b']), undefined, 'Give this: it is required.'],
    ['another type', z.string(), 5, 'Give a text.'],
    ['no object', z.object({}), 'x', 'Give an object.'],
    ['no list', z.array(z.string()), 'x', 'Give a list.'],
    ['no number', z.coerce.number(), 'many', 'Give a number.'],
    ['half a number', z.coerce.number().int(), '1.5', 'Give a whole number.'],
    ['a number that is too small', z.number().min(7), 6, 'Give 7 or more.'],
    ['a number that is too large', z.number().max(7), 8, 'Give 7 or less.'],
    ['a text that is too short', z.string().min(2), 'a', 'Give 2 characters or more.'],
    ['a text that is empty', z.string().min(1), '', 'Give 1 character or more.'],
    ['a text that is too long', z.string().max(2), 'abc', 'Give 2 characters or fewer.'],
    ['too long a list', z.array(z.string()).max(2), ['a', 'b', 'c'], 'Give 2 entries or fewer.'],
    ['no choice', z.enum(['a', 'b']), 'c', 'Give one of a, b.'],
    [
      'no time',
      z.iso.datetime({ offset: true }),
      'yesterday',
      'Give date and time with a zone, such as 2026-01-31T12:00:00Z.',
    ],
    ['no URL', z.url(), 'here', 'Give a URL.'],
  ])('says what to give instead of %s', (_, schema, given, words) => {
    expect(wordsOf(schema, given)).toBe(words)
  })

  it('keeps the message that a schema has of its own', () => {
    expect(wordsOf(z.string().regex(/^a$/, 'Give an a.'), 'b')).toBe('Give an a.')
  })
})
