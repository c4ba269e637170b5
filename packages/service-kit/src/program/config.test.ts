import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import {
  Address,
  ConfigError,
  describeVariables,
  EnvironmentError,
  Flag,
  List,
  Port,
  parseEnvironment,
  readParts,
  readSecretFile,
} from './config.js'

const Schema = z.object({
  PMA_X_PORT: Port.default(80),
  PMA_X_ON: Flag.default(false),
  PMA_X_LIST: List.default([]),
  PMA_X_NAME: z.string(),
})

describe('parseEnvironment', () => {
  it('parses the variables into their types', () => {
    expect(
      parseEnvironment(Schema, { PMA_X_PORT: '8080', PMA_X_ON: 'true', PMA_X_LIST: 'a, b,', PMA_X_NAME: 'n' }),
    ).toEqual({
      PMA_X_PORT: 8080,
      PMA_X_ON: true,
      PMA_X_LIST: ['a', 'b'],
      PMA_X_NAME: 'n',
    })
  })

  it('names every wrong or missing variable in one error', () => {
    const parse = () => parseEnvironment(Schema, { PMA_X_PORT: 'tcp://10.0.0.1:80', PMA_X_ON: 'yes' })
    expect(parse).toThrow(ConfigError)
    expect(parse).toThrow(
      [
        'The environment cannot be used:',
        '  PMA_X_PORT: give a number',
        '  PMA_X_ON: give one of true, false',
        '  PMA_X_NAME: is not set, and has no default',
      ].join('\n'),
    )
  })

  it('treats an empty variable as not set', () => {
    expect(parseEnvironment(Schema, { PMA_X_PORT: '', PMA_X_ON: '', PMA_X_LIST: '', PMA_X_NAME: 'n' })).toEqual({
      PMA_X_PORT: 80,
      PMA_X_ON: false,
      PMA_X_LIST: [],
      PMA_X_NAME: 'n',
    })
    expect(() => parseEnvironment(Schema, { PMA_X_NAME: '' })).toThrow('PMA_X_NAME: is not set, and has no default')
  })
})

describe('an address', () => {
  it.each(['vault:8060', '10.0.0.1:1', '[::1]:65535'])('can be %s', (address) => {
    expect(Address.parse(address)).toBe(address)
  })

  it.each(['vault', 'vault:', 'vault:65536', 'http://vault:8060', 'tcp://10.0.0.1:80', '::1:80', 'va ult:80', ':80'])(
    'cannot be %s',
    (address) => {
      expect(() => Address.parse(address)).toThrow('give host:port')
    },
  )
})

describe('readParts', () => {
  const empty = () => readSecretFile('PMA_X_FILE', '/x', () => '')
  const apart = (): number => {
    throw new EnvironmentError(['PMA_X_A and PMA_X_B go together'])
  }

  it('returns every part', () => {
    expect(readParts({ port: () => 80, name: () => 'n' })).toEqual({ port: 80, name: 'n' })
  })

  it('lists all that is wrong under one heading, including what is wrong in parts within parts', () => {
    const read = () => readParts({ empty, sound: () => 1, inner: () => readParts({ apart, other: empty }) })
    expect(read).toThrow(EnvironmentError)
    expect(read).toThrow(
      'The environment cannot be used:\n  PMA_X_FILE: /x is empty\n  PMA_X_A and PMA_X_B go together\n  PMA_X_FILE: /x is empty',
    )
  })

  it('throws any other error instead, even if the environment is wrong too', () => {
    const mistaken = (): number => {
      throw new TypeError('a mistake')
    }
    expect(() => readParts({ empty, mistaken })).toThrow(TypeError)
  })
})

describe('describeVariables', () => {
  it('has a line with name and description for each variable, even if it has a default', () => {
    const described = describeVariables(
      z.object({ PMA_X: z.string().describe('x'), PMA_Y: Port.default(1).describe('y') }),
    )
    expect(described.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['PMA_X', 'x'],
      ['PMA_Y', 'y'],
    ])
  })
})

describe('readSecretFile', () => {
  it('drops one newline at the end, and nothing else', () => {
    expect(readSecretFile('PMA_X_FILE', '/x', () => ' p@ss w\n\n')).toBe(' p@ss w\n')
  })

  it('names variable and path if the file is empty or cannot be read', () => {
    expect(() => readSecretFile('PMA_X_FILE', '/x', () => '\n')).toThrow(/PMA_X_FILE.*\/x.*empty/)
    expect(() =>
      readSecretFile('PMA_X_FILE', '/x', () => {
        throw new Error('ENOENT')
      }),
    ).toThrow(/PMA_X_FILE.*\/x.*ENOENT/)
  })
})
