import { type FieldRow, fieldsOf } from './field-rows.js'
import type { METHODS } from './service-form.js'

/** What is entered for a test call. */
export interface TestCallForm extends Record<string, unknown> {
  method: (typeof METHODS)[number]
  path: string
  query: string
  headers: readonly FieldRow[]
  body: string
}

/** As the API takes it. A body is JSON, unless a header says something else. */
export function testCallOf({ method, path, query, headers, body }: TestCallForm) {
  const entered = fieldsOf(headers)
  const isTyped = Object.keys(entered).some((name) => name.toLowerCase() === 'content-type')
  const sent = body === '' || isTyped ? entered : { ...entered, 'content-type': 'application/json' }
  return {
    method,
    path,
    ...(query === '' ? {} : { query: query.replace(/^\?/, '') }),
    ...(Object.keys(sent).length === 0 ? {} : { headers: sent }),
    ...(body === '' ? {} : { body }),
  }
}

/** The first allowed path without wildcards, such as an app would call; the base URL’s own path where all are allowed. */
export function examplePath(paths: readonly string[]): string {
  return paths.find((path) => !path.includes('*')) ?? '/'
}
