import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { SecretBytes, SecretText } from './secret-text.js'

const VALUE = 'sk-planted-value'

describe.each([
  ['SecretText', () => new SecretText(VALUE)],
  ['SecretBytes', () => new SecretBytes(Buffer.from(VALUE))],
])('%s', (_name, make) => {
  it('does not show its value when it is printed, serialized or inspected', () => {
    const secret = make()
    const printed = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: [secret] }, { depth: 9, showHidden: true }),
    ]
    for (const text of printed) {
      expect(text).not.toContain('planted')
      expect(text).not.toContain(Buffer.from(VALUE).toString('hex').slice(0, 8))
    }
    expect(Object.keys(secret)).toEqual([])
  })
})

describe('SecretBytes', () => {
  it('contains only zeros once it is wiped', () => {
    const secret = new SecretBytes(Buffer.from(VALUE))
    secret.wipe()
    expect(secret.reveal().every((byte) => byte === 0)).toBe(true)
  })
})
