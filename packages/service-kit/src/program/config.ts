import { z } from 'zod'
import { plainWords } from '../plain-words.js'

/** Raised before a service starts, in words for whoever starts it. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ConfigError'
  }
}

/** Variables are wrong, or the files that they name. `wrong` has a line for each: which, and what to give. */
export class EnvironmentError extends ConfigError {
  readonly wrong: readonly string[]

  constructor(wrong: readonly string[]) {
    super(`The environment cannot be used:\n${wrong.map((line) => `  ${line}`).join('\n')}`)
    this.name = 'EnvironmentError'
    this.wrong = wrong
  }
}

/** Hands over the text of a file named by a `…_FILE` variable. Injected, so that parsing stays pure. */
export type ReadFile = (path: string) => string

/** Anything at all. */
export const Text = z.string().min(1)

export const Port = z.coerce.number().int().min(0).max(65_535)

/** host:port, as gRPC dials it: no scheme, and IPv6 in brackets. */
export const Address = z
  .string()
  .refine((text) => /^(?:[^\s/:[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5}$/.test(text) && isPort(text), 'give host:port')

const isPort = (address: string): boolean => Port.safeParse(address.slice(address.lastIndexOf(':') + 1)).success

/** `true` or `false`, nothing else: an operator who writes `no` is told so. */
export const Flag = z.enum(['true', 'false']).transform((word) => word === 'true')

export const DurationMs = z.coerce.number().int().positive()

/** A list parted by commas; empty items fall away. */
export const List = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/**
 * Parses the environment of a service: each variable by itself. One that is empty is not set, as a template leaves it where
 * nobody gave a value: read as a number it would be the port 0, which is any.
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

/** A sentence as the rest of a line that begins with a name. */
function asLine(sentence: string | undefined): string | undefined {
  return sentence && `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`
}

/**
 * Reads those parts of a configuration that rest on files, or on several variables: all of them, whichever is wrong, so
 * that nobody mends one and is told of the next.
 *
 * @throws EnvironmentError with what is wrong of every part. What else a part throws leaves at once.
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
  // Nothing was wrong: each is there.
  return parts as Parts
}

/** Wider than any name of ours, so that descriptions stand below one another. */
const NAME_COLUMN = 42

/** For `--help`: a line for each variable, with what it is for. */
export function describeVariables(schema: z.ZodObject): string {
  return Object.entries(schema.shape)
    .map(
      ([name, field]) => `  ${name.padEnd(NAME_COLUMN)} ${field instanceof z.ZodType ? (field.description ?? '') : ''}`,
    )
    .join('\n')
}

/**
 * Reads a secret from the file that a variable names; a trailing newline falls away, as editors and `echo` add one.
 *
 * @throws EnvironmentError when the file cannot be read or is empty.
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
