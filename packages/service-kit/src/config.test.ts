import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { ConfigError, describeVariables, Flag, List, Port, parseEnvironment, readSecretFile } from './config.js'

const Schema = z.object({
  PMA_X_PORT: Port.default(80),
  PMA_X_ON: Flag.default(false),
  PMA_X_LIST: List.default([]),
  PMA_X_NAME: z.string(),
})

describe('parseEnvironment', () => {
  it('parses once, into types', () => {
    expect(
      parseEnvironment(Schema, { PMA_X_PORT: '8080', PMA_X_ON: 'true', PMA_X_LIST: 'a, b,', PMA_X_NAME: 'n' }),
    ).toEqual({
      PMA_X_PORT: 8080,
      PMA_X_ON: true,
      PMA_X_LIST: ['a', 'b'],
      PMA_X_NAME: 'n',
    })
  })

  it('names every variable that is wrong at once', () => {
    const parse = () => parseEnvironment(Schema, { PMA_X_PORT: 'tcp://10.0.0.1:80', PMA_X_ON: 'yes' })
    expect(parse).toThrow(ConfigError)
    expect(parse).toThrow(/PMA_X_PORT[\s\S]*PMA_X_ON[\s\S]*PMA_X_NAME/)
  })
})

describe('describeVariables', () => {
  it('has a line for each variable, with what it is for also where it has a default', () => {
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
  it('drops the newline that editors add, and nothing else', () => {
    expect(readSecretFile('PMA_X_FILE', '/x', () => ' p@ss w\n\n')).toBe(' p@ss w\n')
  })

  it('names variable and path when there is nothing to read', () => {
    expect(() => readSecretFile('PMA_X_FILE', '/x', () => '\n')).toThrow(/PMA_X_FILE.*\/x.*empty/)
    expect(() =>
      readSecretFile('PMA_X_FILE', '/x', () => {
        throw new Error('ENOENT')
      }),
    ).toThrow(/PMA_X_FILE.*\/x.*ENOENT/)
  })
})
