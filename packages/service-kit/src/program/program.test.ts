import { EventEmitter } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import { Fault } from '../faults.js'
import { ConfigError } from './config.js'
import { createLogger } from './log.js'
import { type Host, type Program, runProgram } from './program.js'

const silent = createLogger('test', 'silent')

function host(...words: string[]) {
  const signals = new EventEmitter()
  const said: string[] = []
  const exits: unknown[] = []
  const write = (text: string): boolean => said.push(text) > 0
  const made = {
    argv: ['node', 'main.js', ...words],
    // Hardened processes are tested in harden-process.test.ts.
    env: { PMA_MODE: 'development' },
    execArgv: [],
    exit: (code: unknown) => exits.push(code),
    on: (name: string, listener: () => void) => signals.on(name, listener),
    stdout: { write },
    stderr: { write },
  }
  return { host: made as unknown as Host, signals, said, exits }
}

function program(over: Partial<Program> = {}): Program {
  return {
    name: 'thing',
    about: 'thing: serves.',
    describeEnvironment: () => 'PMA_THING',
    serve: () => Promise.resolve({ log: silent, ready: {} }),
    commands: {},
    ...over,
  }
}

describe('runProgram', () => {
  it('prints the variables it reads for --help, and does not serve', async () => {
    const { host: told, said } = host('--help')
    await runProgram(told, program({ serve: () => Promise.reject(new Error('served')) }))
    expect(said.join('')).toContain('PMA_THING')
  })

  it('exits with 2 for words that it does not know', async () => {
    for (const words of [['constructor'], ['migrat'], ['--help', 'me']]) {
      const { host: told, said, exits } = host(...words)
      await runProgram(told, program({ commands: { migrate: () => Promise.resolve() } }))
      expect(exits).toEqual([2])
      expect(said.join('')).toMatch(/Unknown/)
    }
  })

  it('says that the program has no commands if it has none, and exits with 2', async () => {
    const { host: told, said, exits } = host('migrate')
    await runProgram(told, program())
    expect([exits, said]).toEqual([[2], ['thing has no commands: migrate.\n']])
  })

  it('passes each word in angle brackets to the command, in order, and refuses a flag in its place', async () => {
    const ran: string[][] = []
    const commands = { 'name <thing> as <name> --now': async (...words: string[]) => void ran.push(words) }
    await runProgram(host('name', 'a', 'as', 'b', '--now').host, program({ commands }))
    const { host: told, exits } = host('name', 'a', 'as', '-b', '--now')
    await runProgram(told, program({ commands }))
    expect(ran).toEqual([['a', 'b']])
    expect(exits).toEqual([2])
  })

  it('runs only the command that matches all words, so that a mistyped flag runs nothing', async () => {
    const ran: string[] = []
    const commands = {
      rotate: async () => void ran.push('rotate'),
      'rotate --now': async () => void ran.push('rotate --now'),
    }
    await runProgram(host('rotate', '--now').host, program({ commands }))
    await runProgram(host('rotate').host, program({ commands }))
    const mistyped = host('rotate', '--noww')
    await runProgram(mistyped.host, program({ commands }))
    expect([ran, mistyped.exits]).toEqual([['rotate --now', 'rotate'], [2]])
    expect(mistyped.said).toEqual(['Wrong arguments: rotate --noww. Give rotate, or rotate --now.\n'])
  })

  it('passes the last word to a command that has a place for it, and refuses missing and surplus words', async () => {
    const ran: string[] = []
    const commands = {
      'rotate <what>': async (word: string) => void ran.push(word),
      'rotate --now <what>': async (word: string) => void ran.push(`now ${word}`),
    }
    await runProgram(host('rotate', 'this').host, program({ commands }))
    await runProgram(host('rotate', '--now', 'that').host, program({ commands }))
    for (const words of [
      ['rotate'],
      ['rotate', '--now'],
      ['rotate', ''],
      ['rotate', 'a', 'b'],
      ['rotate', '--nwo', 'a'],
    ]) {
      const refused = host(...words)
      await runProgram(refused.host, program({ commands }))
      expect(refused.exits).toEqual([2])
    }
    expect(ran).toEqual(['this', 'now that'])
  })

  it('prints the message of a wrong configuration, and exits with 2', async () => {
    const wrong = host()
    await runProgram(wrong.host, program({ serve: () => Promise.reject(new ConfigError('PMA_THING is missing')) }))
    expect([wrong.said, wrong.exits]).toEqual([['PMA_THING is missing\n'], [2]])
  })

  it.each([
    ['a refused command', new Fault('CONFLICT', 'the name a is taken'), 2, 'CONFLICT: the name a is taken\n'],
    ['an outage', new Fault('UNAVAILABLE', 'Postgres is away'), 1, 'UNAVAILABLE: Postgres is away\n'],
    [
      'a port that is taken',
      Object.assign(new Error('x'), { code: 'EADDRINUSE', address: '0.0.0.0', port: 80 }),
      2,
      'Something else listens on 0.0.0.0:80. Give another port.\n',
    ],
  ])('prints a plain sentence for %s, and exits with its code', async (_, thrown, status, words) => {
    const { host: told, said, exits } = host('try')
    await runProgram(told, program({ commands: { try: () => Promise.reject(thrown) } }))
    expect([said, exits]).toEqual([[words], [status]])
  })

  it('logs a mistake of ours with its error, and exits with 1', async () => {
    const { host: told, said, exits } = host('try')
    await runProgram(told, program({ commands: { try: () => Promise.reject(new Fault('INTERNAL', 'oops')) } }))
    expect(exits).toEqual([1])
    expect(JSON.parse(said.join(''))).toMatchObject({ msg: 'thing failed', err: { message: 'oops' } })
  })

  it('exits with 0 after a signal, once everything has ended', async () => {
    const { host: told, signals, exits } = host()
    let ended = (): void => undefined
    const closed = new Promise<void>((resolve) => {
      ended = resolve
    })
    await runProgram(
      told,
      program({
        serve(endWith) {
          endWith(silent, () => closed)
          return Promise.resolve({ log: silent, ready: {} })
        },
      }),
    )
    signals.emit('SIGTERM')
    expect(exits).toEqual([])
    ended()
    await closed
    await Promise.resolve()
    expect(exits).toEqual([0])
  })
})
