import type { z } from 'zod'

type Issue = Parameters<z.core.$ZodErrorMap>[0]

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
}

const FORMATS: Readonly<Record<string, string>> = {
  url: 'a URL',
  email: 'an e-mail address',
  datetime: 'date and time with a zone, such as 2026-01-31T12:00:00Z',
  date: 'a date, such as 2026-01-31',
}

/** One of it, and several. */
const SIZES: Readonly<Record<string, readonly [string, string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
}

/**
 * A sentence that says what to give, for schemas that do not say it themselves. It never repeats the input, because a
 * secret may stand in the wrong place. Undefined if Zod's own message is better.
 */
export function plainWords(issue: Issue): string | undefined {
  if (issue.input === undefined) return 'Give this: it is required.'
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] && `Give ${KINDS[issue.expected]}.`
    case 'invalid_format':
      return FORMATS[issue.format] && `Give ${FORMATS[issue.format]}.`
    case 'invalid_value':
      return issue.values.length === 1
        ? `Give ${String(issue.values[0])}.`
        : `Give one of ${issue.values.map(String).join(', ')}.`
    case 'too_small':
      return `Give ${sized(issue.minimum, issue.origin)} or more.`
    case 'too_big':
      return `Give ${sized(issue.maximum, issue.origin)} or ${issue.origin in SIZES ? 'fewer' : 'less'}.`
    default:
      return undefined
  }
}

function sized(bound: number | bigint, origin: string): string {
  const [one, several] = SIZES[origin] ?? []
  if (one === undefined) return String(bound)
  return `${bound} ${Number(bound) === 1 ? one : several}`
}
