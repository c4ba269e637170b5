import { Fault } from '@protectmyapi/service-kit/faults'
import { isSecretName } from '../secret-input.js'
import { IMPORT_LIMITS } from './import-limits.js'
import { closingQuote, readEscapes, readUnquoted } from './read-value.js'

/** An assignment in the file, or a line that should be one and is not. `line` counts from 1. */
export type Entry =
  | { readonly line: number; readonly name: string; readonly value: string }
  | { readonly line: number; readonly name: string | undefined; readonly wrong: string }

const BLANK = /^[ \t]*(?:#.*)?$/
const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)$/
/** What may follow a closing quote. */
const TAIL = /^(?:[ \t]+#.*)?[ \t]*$/

/**
 * Reads a `.env` file by the rules that all of its readers share. Text that they read differently (`dotenv`, `docker`,
 * a shell) is refused instead of guessed at, because a secret with a silently different value fails where nobody looks.
 *
 * A wrong line gives one entry, and reading continues with the next line. No message quotes the file.
 *
 * @throws Fault TOO_LARGE.
 */
export function parseDotenv(text: string): Entry[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (lines.length > IMPORT_LIMITS.linesMax) throw tooLarge(`${IMPORT_LIMITS.linesMax} lines`)
  const entries: Entry[] = []
  for (let at = 0; at < lines.length; ) {
    if (BLANK.test(lines[at] ?? '')) {
      at += 1
      continue
    }
    const { entry, next } = readEntry(lines, at)
    entries.push(entry)
    if (entries.length > IMPORT_LIMITS.entriesMax) throw tooLarge(`${IMPORT_LIMITS.entriesMax} entries`)
    at = next
  }
  return refuseTwice(entries)
}

function readEntry(lines: readonly string[], at: number): { entry: Entry; next: number } {
  const line = at + 1
  const [, name, rest] = ASSIGNMENT.exec(lines[at] ?? '') ?? []
  const wrong = (why: string) => ({ entry: { line, name, wrong: why }, next: at + 1 })
  if (name === undefined || rest === undefined || !isSecretName(name)) {
    return wrong(
      'This line is not NAME=value. A name has at most 128 letters, digits and _, does not begin with a digit, and does not look like an id.',
    )
  }
  const quote = rest.charAt(0)
  if (quote !== '"' && quote !== "'" && quote !== '`') {
    const read = readUnquoted(rest)
    return 'wrong' in read ? wrong(read.wrong) : { entry: { line, name, value: read.value }, next: at + 1 }
  }
  const text = [rest.slice(1), ...lines.slice(at + 1)].join('\n')
  const end = closingQuote(text, quote)
  if (end === undefined) return wrong('The quotation mark is not closed.')
  const inside = text.slice(0, end)
  if (!TAIL.test(text.slice(end + 1).split('\n', 1)[0] ?? ''))
    return wrong('There is text after the closing quotation mark.')
  const read = quote === '"' ? readEscapes(inside) : { value: inside }
  const next = at + inside.split('\n').length
  return 'wrong' in read ? { ...wrong(read.wrong), next } : { entry: { line, name, value: read.value }, next }
}

/** Refuses lines with the same name, because some readers take the first and some the last. */
function refuseTwice(entries: readonly Entry[]): Entry[] {
  const counts = new Map<string, number>()
  for (const { name } of entries) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  return entries.map((entry) =>
    entry.name !== undefined && (counts.get(entry.name) ?? 0) > 1
      ? {
          line: entry.line,
          name: entry.name,
          wrong: 'This name is in the file more than once. Keep only one of its lines.',
        }
      : entry,
  )
}

const tooLarge = (bound: string): Fault =>
  new Fault('TOO_LARGE', 'an import over its bounds', { say: `A file has at most ${bound}. Import it in parts.` })
