import type { Role, Scope } from './roles.js'

interface Person {
  readonly kind: 'user'
  readonly userId: string
  readonly email: string
  readonly name: string
}

/** A person who signed in: has all that their roles allow. */
export interface SignedInPerson extends Person {
  readonly via: 'sign-in'
  /** The sign-in that this request rests on. */
  readonly signInId: string
}

/** The holder of a personal access token: may do what its scopes name, as far as the person may do it at the moment. */
export interface TokenBearer extends Person {
  readonly via: 'token'
  readonly tokenId: string
  readonly scopes: readonly Scope[]
  /** Ids, or `all`: every organization the person belongs to, including those joined later. */
  readonly organizations: 'all' | readonly string[]
}

/** Who sends a request. There is no empty principal: an unknown caller has none. */
export type Principal = SignedInPerson | TokenBearer

/** The organization that a request is about, and the principal's place in it. */
export interface CallOrg {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly role: Role
  readonly generation: number
}
