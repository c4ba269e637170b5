/** How a service sends a secret to its provider, and the placements that the secret is bound to for that. */
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

/** RFC 9110 § 5.5: a value that a header field can have, without a blank at either end. */
const FIELD = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/
/** Characters that stand in a path unescaped. */
const PLAIN = /^[A-Za-z0-9_:-]+$/

/** Chooses among the placements that can hold the value: consecutive numbers take consecutive ones. */
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
