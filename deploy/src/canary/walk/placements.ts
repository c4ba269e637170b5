/** How a service gives its provider a secret of this name, and what the secret is bound to for it. */
export interface Placed {
  readonly auth: Readonly<Record<string, unknown>>
  readonly placements: readonly Readonly<Record<string, unknown>>[]
}

type Placing = (secret: string) => Placed

const inHeader = (name: string): readonly Readonly<Record<string, unknown>>[] => [{ kind: 'header', name }]

const PLACINGS = {
  bearer: (secret) => ({ auth: { type: 'bearer', secret }, placements: inHeader('authorization') }),
  header: (secret) => ({ auth: { type: 'header', name: 'x-api-key', secret }, placements: inHeader('x-api-key') }),
  custom: (secret) => ({
    auth: { type: 'custom', headers: { 'x-key': `Key {{${secret}}}` } },
    placements: inHeader('x-key'),
  }),
  query: (secret) => ({
    auth: { type: 'query', name: 'key', secret },
    placements: [{ kind: 'query', name: 'key' }],
  }),
  basic: (secret) => ({
    auth: { type: 'basic', user: 'canary', password: `{{${secret}}}` },
    placements: [{ kind: 'basic-password' }],
  }),
  path: (secret) => ({
    auth: { type: 'custom', path: `/bot{{${secret}}}` },
    placements: [{ kind: 'path', template: '/bot{}' }],
  }),
} satisfies Record<string, Placing>

/** RFC 9110 § 5.5, and no blank at an end: what can be a header field's value. */
const FIELD = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/
/** What stands in a path as it is. */
const PLAIN = /^[A-Za-z0-9_:-]+$/

/** The places that can hold a value, one after another with the number. */
export function placingFor(value: string, number: number): Placing {
  const { bearer, header, custom, query, basic, path } = PLACINGS
  const possible: readonly Placing[] = [
    query,
    basic,
    ...(FIELD.test(value) ? [bearer, header, custom] : []),
    ...(PLAIN.test(value) ? [path] : []),
  ]
  return possible[number % possible.length] ?? query
}
