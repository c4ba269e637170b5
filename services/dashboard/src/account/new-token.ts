import type { paths } from '../generated/openapi.js'
import type { Scope } from './scopes.js'

type Body = NonNullable<paths['/auth/tokens']['post']['requestBody']>['content']['application/json']

/** What the form of a new token holds. */
export interface NewToken {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly reach: 'all' | 'chosen'
  /** Ids. Kept while `reach` is `all`, in case the person changes back. */
  readonly organizations: readonly string[]
  /** A text while the field is empty. */
  readonly expiresInDays: number | string
}

/** Nothing is allowed that was not chosen. */
export const NEW_TOKEN: NewToken = { name: '', scopes: [], reach: 'chosen', organizations: [], expiresInDays: 90 }

/** What is wrong with the scopes. Management checks it too, in words for programs. */
export function scopesRefusal({ scopes, reach }: Pick<NewToken, 'scopes' | 'reach'>): string | null {
  if (scopes.length === 0) return 'Choose at least one.'
  if (reach === 'chosen' && scopes.includes('organizations:create'))
    return 'To create organizations, the token has to reach all that you belong to: else it could not reach the new one.'
  return null
}

/** What is wrong with the organizations. */
export function organizationsRefusal({
  organizations,
  reach,
}: Pick<NewToken, 'organizations' | 'reach'>): string | null {
  return reach === 'chosen' && organizations.length === 0 ? 'Choose at least one, or all.' : null
}

/** An empty number of days becomes 0, which management refuses at its field. */
export function tokenBody({ name, scopes, reach, organizations, expiresInDays }: NewToken): Body {
  return {
    name,
    scopes: [...scopes],
    organizations: reach === 'all' ? 'all' : [...organizations],
    expiresInDays: Number(expiresInDays),
  }
}
