import type { z } from 'zod'
import { Fault, type FieldError } from '../faults.js'
import { plainWords } from '../plain-words.js'
import { shownName } from './shown-name.js'

/** Errors named in one answer. */
const ERRORS_MAX = 32

/** Raised for what a caller sent: body fields by JSON Pointer (RFC 6901). @throws Fault INVALID_REQUEST. */
export function validateBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  return validate(schema, body, pointerOf)
}

/** The same for the query, whose parameters are named as they are written. */
export function validateQuery<Schema extends z.ZodType>(schema: Schema, search: string): z.output<Schema> {
  return validate(schema, readQuery(search), queryName)
}

/** One parameter of the path, where more is asked of it than that it could be an id or a slug. */
export function validateParam<Schema extends z.ZodType>(name: string, schema: Schema, text: string): z.output<Schema> {
  return validate(schema, text, () => name)
}

/** One bad field, found after the schema was content. */
export function badField(pointer: string, detail: string): Fault {
  return badFields([{ pointer, detail }])
}

export function badFields(errors: readonly FieldError[]): Fault {
  return new Fault('INVALID_REQUEST', errors.map(({ pointer }) => pointer).join(' '), {
    errors: errors.slice(0, ERRORS_MAX),
  })
}

type Path = readonly PropertyKey[]

function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  name: (path: Path) => string,
): z.output<Schema> {
  const parsed = schema.safeParse(value, { error: plainWords })
  if (parsed.success) return parsed.data
  throw badFields(parsed.error.issues.flatMap((issue) => describe(issue, name)))
}

function describe(issue: z.core.$ZodIssue, name: (path: Path) => string): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: name([...issue.path, key]), detail: 'This field is not known.' }))
  }
  // The messages name types and bounds, and never quote what was sent.
  return [{ pointer: name(issue.path), detail: issue.message }]
}

function queryName(path: Path): string {
  return path.map(shownPart).join('.')
}

function pointerOf(path: Path): string {
  return path.map((part) => `/${shownPart(part)}`).join('')
}

/** The caller's names are theirs; places in lists are ours. */
function shownPart(part: PropertyKey): string {
  return typeof part === 'number' ? String(part) : shownName(String(part))
}

/** @throws Fault INVALID_REQUEST for a parameter given twice: one reader takes the first, another the last. */
function readQuery(search: string): Record<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(search)) {
    if (found.has(name)) throw badField(queryName([name]), 'This parameter is given twice.')
    if (value.includes('\u0000')) throw badField(queryName([name]), 'No NUL is allowed.')
    found.set(name, value)
  }
  return Object.fromEntries(found)
}
