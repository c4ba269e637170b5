import { FAULTS, Fault } from '../faults.js'
import { ConfigError } from './config.js'
import { keepTicksFast } from './fast-ticks.js'
import { type HardenedHost, hardenProcess } from './harden-process.js'
import { createLogger, type Logger } from './log.js'

/** The parts of a process that a program needs; `main.ts` passes in `process`. */
export type Host = HardenedHost & Pick<NodeJS.Process, 'argv' | 'exit' | 'stdout' | 'stderr'>

/** A program calls this once it has something to shut down; SIGTERM and SIGINT then shut it down and exit with 0. */
export type EndWith = (log: Logger, close: () => Promise<void>) => void

export interface Program {
  readonly name: string
  /** Describes each command, one line each. */
  readonly about: string
  /** Every environment variable, for `--help`. */
  describeEnvironment(): string
  /** Runs until it is ended. Returns what the line `ready` reports. */
  serve(endWith: EndWith): Promise<{ readonly log: Logger; readonly ready: Readonly<Record<string, number>> }>
  /**
   * Other commands, by their words: `migrate`, `rotate-signing-keys --now`. A word in angle brackets, as in
   * `rotate-data-keys <organization>`, matches any word that is not a flag and is passed to the function.
   */
  readonly commands: Readonly<Record<string, (...words: string[]) => Promise<void>>>
}

const EXIT = { failed: 1, config: 2 } as const

/**
 * Runs what the command line asks for: without words it serves, `--help` prints help, other words are a command. Except
 * for `--help`, the process is hardened first.
 */
export async function runProgram(host: Host, program: Program): Promise<void> {
  try {
    await run(host, program)
  } catch (err) {
    const told = toldInWords(err)
    if (told) host.stderr.write(`${told.words}\n`)
    else createLogger(program.name, 'error', host.stderr).error({ err }, `${program.name} failed`)
    host.exit(told?.status ?? EXIT.failed)
  }
}

/** A message without a stack for errors that the person who started the program can fix. Undefined for others. */
function toldInWords(err: unknown): { readonly words: string; readonly status: number } | undefined {
  if (err instanceof ConfigError) return { words: err.message, status: EXIT.config }
  // A command's refusal: operators see the detail that other callers find only in the log.
  if (err instanceof Fault && err.code !== 'INTERNAL')
    return { words: `${err.code}: ${err.message}`, status: FAULTS[err.code].http < 500 ? EXIT.config : EXIT.failed }
  if (isPortTaken(err))
    return { words: `Something else listens on ${err.address}:${err.port}. Give another port.`, status: EXIT.config }
  return undefined
}

function isPortTaken(err: unknown): err is Error & { readonly address: string; readonly port: number } {
  return err instanceof Error && 'code' in err && err.code === 'EADDRINUSE' && 'address' in err && 'port' in err
}

async function run(host: Host, { name, about, describeEnvironment, serve, commands }: Program): Promise<void> {
  const given = host.argv.slice(2)
  const words = given.join(' ')
  if (words === '--help') {
    host.stdout.write(`${about}\n\n${describeEnvironment()}\n`)
    return
  }
  hardenProcess(host)
  if (words === '') {
    keepTicksFast()
    const { log, ready } = await serve((endLog, close) => endOnSignal(host, endLog, close))
    log.info(ready, 'ready')
    return
  }
  const command = Object.entries(commands).find(([pattern]) => isAskedFor(pattern.split(' '), given))
  if (!command) throw new ConfigError(unknown(name, words, commands))
  const [pattern, work] = command
  await work(...given.filter((_, at) => isPlaceholder(pattern.split(' ')[at])))
}

function unknown(name: string, words: string, commands: Program['commands']): string {
  const patterns = Object.keys(commands)
  if (patterns.length === 0) return `${name} has no commands: ${words}.`
  const meant = patterns.filter((pattern) => pattern.split(' ')[0] === words.split(' ')[0])
  if (meant.length > 0) return `Wrong arguments: ${words}. Give ${meant.join(', or ')}.`
  return `Unknown command ${words}. ${name} --help lists the commands.`
}

/**
 * Compares word for word: an unknown or mistyped flag must not be ignored, because the command would do something else
 * than was meant.
 */
function isAskedFor(pattern: readonly string[], given: readonly string[]): boolean {
  const fits = (word: string, at: number): boolean =>
    word === given[at] || (isPlaceholder(word) && /^[^-<]/.test(given[at] ?? ''))
  return pattern.length === given.length && pattern.every(fits)
}

function isPlaceholder(word = ''): boolean {
  return /^<.*>$/.test(word)
}

function endOnSignal(host: Host, log: Logger, close: () => Promise<void>): void {
  const end = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'shutting down')
    close().then(
      () => host.exit(0),
      (err: unknown) => {
        log.error({ err }, 'did not shut down cleanly')
        host.exit(EXIT.failed)
      },
    )
  }
  host.on('SIGTERM', end)
  host.on('SIGINT', end)
}
