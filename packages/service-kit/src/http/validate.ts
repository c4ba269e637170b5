import type { z } from 'zod'
import { Fault, type FieldError } from '../faults.js'
import { plainWords } from '../plain-words.js'
import { shownName } from './shown-name.js'

/** Maximum number of errors named in one answer. */
const ERRORS_MAX = 32

/** Validates a body; fields are named by JSON Pointer (RFC 6901). @throws Fault INVALID_REQUEST. */
export function validateBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  return validate(schema, body, pointerOf)
}

/** Validates a query; parameters are named as they are written. */
export function validateQuery<Schema extends z.ZodType>(schema: Schema, search: string): z.output<Schema> {
  return validate(schema, readQuery(search), queryName)
}

/** Validates one parameter of the path that has to be more than a possible id or slug. */
export function validateParam<Schema extends z.ZodType>(name: string, schema: Schema, text: string): z.output<Schema> {
  return validate(schema, text, () => name)
}

/** The refusal for one invalid field that was found after the schema accepted the body. */
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

/** Names come from the caller, so they go through `shownName`; indexes of lists are shown as they are. */
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
