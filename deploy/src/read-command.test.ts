import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import { readCommand, USAGE } from './read-command.js'

const MAKEFILE = path.resolve(import.meta.dirname, '..', '..', 'Makefile')

/** The words with which the Makefile calls the launcher. */
const ofMake = [...readFileSync(MAKEFILE, 'utf8').matchAll(/deploy\/dist\/main\.js ([a-z-]+)/g)].map(
  ([, word = '']) => word,
)

describe('the command line of the launcher', () => {
  it('knows every word with which the Makefile calls it, and lists exactly these in its usage', () => {
    expect(ofMake).toHaveLength(8)
    expect(ofMake.map((word) => readCommand([word]))).toEqual(ofMake)
    expect([...USAGE.matchAll(/^ {2}([a-z-]+) /gm)].map(([, word]) => word).sort()).toEqual([...ofMake].sort())
  })

  it('means everything when it is empty, and the usage when it is --help', () => {
    expect([readCommand([]), readCommand(['--help'])]).toEqual(['run', '--help'])
  })

  it.each([[['bakcup']], [['']], [['constructor']], [['--help', 'run']], [['run', '--help']], [['backup', '--prune']]])(
    'is refused with the usage when it is %j',
    (words) => {
      expect(() => readCommand(words)).toThrow(ConfigError)
      expect(() => readCommand(words)).toThrow(USAGE)
    },
  )

  it('accepts further words after rotate-data-keys, which are the vault’s', () => {
    expect(readCommand(['rotate-data-keys', '--now', 'org_1'])).toBe('rotate-data-keys')
  })
})
