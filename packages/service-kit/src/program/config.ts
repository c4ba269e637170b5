import { z } from 'zod'
import { plainWords } from '../plain-words.js'

/** Thrown before a service starts; its message is for the person who starts it. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ConfigError'
  }
}

/** Variables, or the files that they name, are wrong. `wrong` has one line for each: which one, and what to give. */
export class EnvironmentError extends ConfigError {
  readonly wrong: readonly string[]

  constructor(wrong: readonly string[]) {
    super(`The environment cannot be used:\n${wrong.map((line) => `  ${line}`).join('\n')}`)
    this.name = 'EnvironmentError'
    this.wrong = wrong
  }
}

/** Returns the text of a file named by a `…_FILE` variable. Injected, so that parsing stays pure. */
export type ReadFile = (path: string) => string

/** Any text that is not empty. */
export const Text = z.string().min(1)

export const Port = z.coerce.number().int().min(0).max(65_535)

/** host:port, as gRPC dials it: no scheme, and IPv6 in brackets. */
export const Address = z
  .string()
  .refine((text) => /^(?:[^\s/:[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5}$/.test(text) && isPort(text), 'give host:port')

const isPort = (address: string): boolean => Port.safeParse(address.slice(address.lastIndexOf(':') + 1)).success

/** Exactly `true` or `false`: an operator who writes `no` gets an error. */
export const Flag = z.enum(['true', 'false']).transform((word) => word === 'true')

export const DurationMs = z.coerce.number().int().positive()

/** A list separated by commas; empty items are dropped. */
export const List = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/**
 * Parses the environment of a service, each variable by itself. An empty variable counts as not set, because a template
 * leaves it empty if nobody gave a value: read as a number it would be port 0, which means any port.
 *
 * @throws EnvironmentError naming each bad variable.
 */
export function parseEnvironment<Schema extends z.ZodType>(schema: Schema, env: NodeJS.ProcessEnv): z.output<Schema> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(set, {
    error: (issue) => (issue.input === undefined ? 'is not set, and has no default' : asLine(plainWords(issue))),
  })
  if (parsed.success) return parsed.data
  throw new EnvironmentError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`))
}

/** Turns a sentence into the rest of a line that begins with a name. */
function asLine(sentence: string | undefined): string | undefined {
  return sentence && `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`
}

/**
 * Reads the parts of a configuration that depend on files or on several variables. Reads all of them even if one is
 * wrong, so that all errors are reported at once and not one per start.
 *
 * @throws EnvironmentError with what is wrong in any part. Any other error is rethrown at once.
 */
export function readParts<Parts extends object>(readers: { readonly [Name in keyof Parts]: () => Parts[Name] }): Parts {
  const wrong: string[] = []
  const parts: Partial<Parts> = {}
  for (const name in readers) {
    try {
      parts[name] = readers[name]()
    } catch (err) {
      if (!(err instanceof EnvironmentError)) throw err
      wrong.push(...err.wrong)
    }
  }
  if (wrong.length > 0) throw new EnvironmentError(wrong)
  // No part was wrong, so every part is there.
  return parts as Parts
}

/** Wider than any variable's name, so that the descriptions are aligned. */
const NAME_COLUMN = 42

/** The text of `--help`: one line per variable, with its purpose. */
export function describeVariables(schema: z.ZodObject): string {
  return Object.entries(schema.shape)
    .map(
      ([name, field]) => `  ${name.padEnd(NAME_COLUMN)} ${field instanceof z.ZodType ? (field.description ?? '') : ''}`,
    )
    .join('\n')
}

/**
 * Reads a secret from the file that a variable names. A trailing newline is dropped, because editors and `echo` add
 * one.
 *
 * @throws EnvironmentError if the file cannot be read or is empty.
 */
export function readSecretFile(variable: string, path: string, readFile: ReadFile): string {
  let text: string
  try {
    text = readFile(path)
  } catch (cause) {
    throw new EnvironmentError([
      `${variable}: cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    ])
  }
  const value = text.replace(/\r?\n$/, '')
  if (value === '') throw new EnvironmentError([`${variable}: ${path} is empty`])
  return value
}
