import { describe, expect, it } from '@jest/globals'
import type { Template } from '../routes/route.js'
import { heldSecret as aSecret } from '../test/fake-data-plane.js'
import { escapeStrictly, renderBasic, renderEscaped, renderHeader, renderPath, type Secrets } from './render.js'

const granted = (secretId: string, name: string) => ({ secretId, versionId: 'ver_1', generation: 1, name })
const literal = (text: string) => ({ kind: 'literal', text }) as const
const secret = (secretId: string) => ({ kind: 'secret', secretId }) as const

/** Two secrets. The route knows a name only for the first. */
const secretsOf = (first: string, second = 'x'): Secrets => ({
  held: new Map([
    ['sec_1', aSecret('sec_1', first, { origins: [], placements: [] })],
    ['sec_2', aSecret('sec_2', second, { origins: [], placements: [] })],
  ]),
  granted: new Map([['sec_1', granted('sec_1', 'FIRST_KEY')]]),
})
const BOTH: Template = [literal('a '), secret('sec_1'), literal('/'), secret('sec_2')]

describe('a template', () => {
  it('is rendered as its literals and values, in their order', () => {
    const secrets = secretsOf('v1', 'é')
    expect(renderHeader(BOTH, secrets)).toBe(`a v1/${Buffer.from('é').toString('latin1')}`)
    expect(renderEscaped(BOTH, secrets)).toBe('a%20v1%2F%C3%A9')
    expect(Buffer.from(renderBasic(BOTH, [secret('sec_2')], secrets), 'base64').toString('utf8')).toBe('a v1/é:é')
  })

  it('is put into a path with exactly one slash in front, and is refused when it has two slashes in a row', () => {
    const secrets = secretsOf('a:b')
    for (const text of ['base/bot', '/base/bot'])
      expect(renderPath([literal(text), secret('sec_1'), literal('/x')], secrets)).toBe('/base/bota%3Ab/x')
    expect(() => renderPath([literal('a//b')], secrets)).toThrow(
      expect.objectContaining({ code: 'SECRET_DECRYPTION_FAILED' }),
    )
  })

  it('is escaped except for the unreserved characters of RFC 3986', () => {
    const unreserved = 'AZaz09-._~'
    expect(escapeStrictly(unreserved)).toBe(unreserved)
    expect(escapeStrictly("!'()*")).toBe('%21%27%28%29%2A')
    expect(escapeStrictly('/?#[]@$&+,;= %é')).toBe('%2F%3F%23%5B%5D%40%24%26%2B%2C%3B%3D%20%25%C3%A9')
  })
})

describe('a value that does not suit its place', () => {
  const why = (what: string) => ({
    code: 'SECRET_DECRYPTION_FAILED',
    message: `a value ${what}`,
    say: `The value of FIRST_KEY, sec_2 cannot be used where the API service injects it, because it ${what}. Enter the value again.`,
  })

  it.each(['\r', '\n', '\0', '\x1f', '\x7f', '\rx', 'x\n'])(
    'is refused in a header because of a control character: %j',
    (value) => {
      expect(() => renderHeader(BOTH, secretsOf(value))).toThrow(
        expect.objectContaining(why('holds a control character')),
      )
    },
  )

  it.each([' ', '\t', '~', '\x80', 'ÿ'])('does not include a header value with %j, which is sent', (value) => {
    expect(Buffer.from(renderHeader([secret('sec_1')], secretsOf(value)), 'latin1').toString('utf8')).toBe(value)
  })

  it('is refused as the user of Basic because of a colon, which the password may contain', () => {
    expect(() => renderBasic(BOTH, [literal('')], secretsOf('a:b'))).toThrow(
      expect.objectContaining(why('holds a colon')),
    )
    const encoded = renderBasic([literal('')], [secret('sec_1')], secretsOf('a:b'))
    expect(Buffer.from(encoded, 'base64').toString('utf8')).toBe(':a:b')
  })

  it('is refused in a path when it would change that path', () => {
    const template: Template = [secret('sec_1'), secret('sec_2')]
    expect(() => renderPath(template, secretsOf('.', '.'))).toThrow(
      expect.objectContaining(why('would change the path')),
    )
  })
})

describe('a secret that has no lease', () => {
  const refusal = (secretId: string): unknown => {
    const secrets: Secrets = { held: new Map(), granted: secretsOf('').granted }
    try {
      return renderHeader([secret(secretId)], secrets)
    } catch (thrown) {
      return thrown
    }
  }
  const check =
    'Check the name’s spelling (case-sensitive), that it exists in this organization, and that it is linked to the API service.'

  it('is refused with SECRET_NOT_FOUND, and is named in the answer if the route knows its name', () => {
    const code = 'SECRET_NOT_FOUND'
    expect(refusal('sec_1')).toMatchObject({
      code,
      message: 'no lease of sec_1',
      say: `Secret not found: FIRST_KEY. ${check}`,
    })
    expect(refusal('sec_9')).toMatchObject({ code, message: 'no lease of sec_9', say: `Secret not found. ${check}` })
  })
})
