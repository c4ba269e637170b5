import { readFile } from 'node:fs/promises'
import { wrongHeaderName, wrongHeaderText } from '../http/header-name.js'
import type { Logger } from '../program/log.js'

const LIMITS = {
  /** Size of the file: an authorization and a tenant's name need less. */
  chars: 8_192,
} as const

/** Header fields of the requests to a collector, by name. */
export type OtlpHeaders = Readonly<Record<string, string>>

/**
 * Parses lines `name: value`, as `curl -H @file` reads them; empty lines are skipped.
 *
 * @throws Error that names the wrong line and repeats none of its content.
 */
export function parseOtlpHeaders(text: string): OtlpHeaders {
  if (text.length > LIMITS.chars) throw new Error(`it has more than ${LIMITS.chars} characters`)
  const lines = text.split('\n').map((line) => line.trim())
  const fields = lines.flatMap((line, at) => (line === '' ? [] : [fieldOf(line, at + 1)]))
  if (fields.length === 0) throw new Error('it does not contain a line "name: value"')
  return Object.fromEntries(fields)
}

function fieldOf(line: string, number: number): readonly [string, string] {
  const colon = line.indexOf(':')
  const [name, value] = [line.slice(0, Math.max(colon, 0)), line.slice(colon + 1).trim()]
  if (wrongHeaderName(name) !== undefined || wrongHeaderText(value) !== undefined || value === '')
    throw new Error(`line ${number} is not "name: value" for a header field that may be set`)
  return [name, value]
}

/**
 * Reads the file whenever something is sent, so that a token can be replaced without a restart. Never rejects: while
 * the file is missing or wrong, its last valid content is used, and each new problem is logged once.
 */
export function otlpHeadersFrom(file: string, log: Logger): () => Promise<Record<string, string>> {
  let held: OtlpHeaders = {}
  let told = ''
  return async () => {
    try {
      held = parseOtlpHeaders(await readFile(file, 'utf8'))
      told = ''
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      if (reason !== told) log.warn({ file, reason }, 'headers for the collector were not reloaded')
      told = reason
    }
    return { ...held }
  }
}
