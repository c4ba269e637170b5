import type { Service } from '../api/types.js'
import { type FieldRow, fieldsOf, rowsOf, wrongRows } from './field-rows.js'

type Auth = Service['auth']
export type AuthType = Auth['type']

/** What is entered for every auth type: who tries another one and comes back finds it again. */
export interface AuthForm {
  readonly type: AuthType
  readonly secret: string
  /** Of the header or of the query parameter. */
  readonly name: string
  readonly user: string
  readonly password: string
  readonly headers: readonly FieldRow[]
  readonly query: readonly FieldRow[]
  readonly path: string
}

export const AUTH_TYPES = {
  bearer: 'Bearer token',
  header: 'Header',
  query: 'Query parameter',
  basic: 'Basic authentication',
  custom: 'Custom templates',
  none: 'None',
} as const satisfies Record<AuthType, string>

export const isAuthType = (type: string | null): type is AuthType => type !== null && Object.hasOwn(AUTH_TYPES, type)

export const BEARER: AuthForm = {
  type: 'bearer',
  secret: '',
  name: '',
  user: '',
  password: '',
  headers: [],
  query: [],
  path: '',
}

export function authFormOf(auth: Auth): AuthForm {
  if (auth.type !== 'custom') return { ...BEARER, ...auth }
  const { type, headers, query, path = '' } = auth
  return { ...BEARER, type, headers: rowsOf(headers), query: rowsOf(query), path }
}

export function authOf({ type, secret, name, user, password, headers, query, path }: AuthForm): Auth {
  switch (type) {
    case 'none':
      return { type }
    case 'bearer':
      return { type, secret }
    case 'header':
    case 'query':
      return { type, name, secret }
    case 'basic':
      return { type, user, password }
    case 'custom':
      return { type, headers: fieldsOf(headers), query: fieldsOf(query), ...(path === '' ? {} : { path }) }
  }
}

/** What management would say in words for automation, or could not see. */
export function wrongAuth({ type, secret, headers, query }: AuthForm): string | undefined {
  switch (type) {
    case 'bearer':
    case 'header':
    case 'query':
      return secret === '' ? 'Choose a secret.' : undefined
    case 'custom':
      return wrongRows(headers) ?? wrongRows(query)
    default:
      return undefined
  }
}

/** `Header X-Api-Key`: the auth type, and the name where it has one. */
export function authWords(auth: Auth): string {
  return 'name' in auth ? `${AUTH_TYPES[auth.type]} ${auth.name}` : AUTH_TYPES[auth.type]
}
