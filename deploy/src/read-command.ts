import { ConfigError } from '@protectmyapi/service-kit/program/config'

/** What each command does, one line each. `make help` lists the variables that they read. */
const COMMANDS = {
  run: 'starts everything on this machine, with a demo; the default',
  reset: 'deletes everything that `run` has made, after asking',
  backup: 'backs up the databases and the key file of a `run`, sealed',
  restore: 'restores a backup',
  'backup-identity': 'makes the identity that backups are sealed to',
  'rotate-data-keys': 'beside a `run`: new data keys seal from now on; [--now] after a leak, [<organization>]',
  'rewrap-data-keys': 'beside a `run`: rewraps every data key under the current master key',
  'data-keys': 'beside a `run`: shows how far rotations are, and what each master key wraps',
} as const

export type CommandWord = keyof typeof COMMANDS

/** The only command with arguments of its own, which the vault parses. */
const TAKES_WORDS: CommandWord = 'rotate-data-keys'

const WORD_COLUMN = 18

export const USAGE = [
  'node deploy/dist/main.js [<command>]',
  '',
  ...Object.entries(COMMANDS).map(([word, does]) => `  ${word.padEnd(WORD_COLUMN)} ${does}`),
].join('\n')

/**
 * The command that the words ask for. They must match exactly, because a mistyped command must not be taken for `run`,
 * and a command with a flag that it does not have must not run without it.
 *
 * @throws ConfigError with the usage, for any other words.
 */
export function readCommand([word = 'run', ...rest]: readonly string[]): CommandWord | '--help' {
  if (word === '--help' && rest.length === 0) return word
  if (isCommand(word) && (rest.length === 0 || word === TAKES_WORDS)) return word
  throw new ConfigError(`Unknown command ${[word, ...rest].join(' ')}.\n\n${USAGE}`)
}

function isCommand(word: string): word is CommandWord {
  return Object.hasOwn(COMMANDS, word)
}
