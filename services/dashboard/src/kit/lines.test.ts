import { expect, it } from '@jest/globals'
import { linesOf, textOf } from './lines.js'

it('reads the lines, without empty ones and spaces around, and writes them as they are entered', () => {
  expect(linesOf(' /v1/a \r\n\n/v1/b\n')).toEqual(['/v1/a', '/v1/b'])
  expect(textOf(['/v1/a', '/v1/b'])).toBe('/v1/a\n/v1/b')
})
