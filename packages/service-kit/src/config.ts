import { z } from 'zod'

/** Raised before a service starts. The message lists every variable that is wrong, and how. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ConfigError'
  }
}

/** Hands over the text of a file named by a `…_FILE` variable. Injected, so that parsing stays pure. */
export type ReadFile = (path: string) => string

export const Port = z.coerce.number().int().min(0).max(65_535)

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
 * Parses the environment of a service.
 *
 * @throws ConfigError naming each bad variable.
 */
export function parseEnvironment<Schema extends z.ZodType>(schema: Schema, env: NodeJS.ProcessEnv): z.output<Schema> {
  const parsed = schema.safeParse(env)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new ConfigError(`The environment is not complete:\n${lines.join('\n')}`)
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
 * @throws ConfigError when the file cannot be read or is empty.
 */
export function readSecretFile(variable: string, path: string, readFile: ReadFile): string {
  let text: string
  try {
    text = readFile(path)
  } catch (cause) {
    throw new ConfigError(
      `  ${variable}: cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    )
  }
  const value = text.replace(/\r?\n$/, '')
  if (value === '') throw new ConfigError(`  ${variable}: ${path} is empty`)
  return value
}
