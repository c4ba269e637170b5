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

/** Whoever holds a person's token for automation: what its scopes say, of what the person may at the moment. */
export interface TokenBearer extends Person {
  readonly via: 'token'
  readonly tokenId: string
  readonly scopes: readonly Scope[]
  /** Ids, or all that the person belongs to, later ones too. */
  readonly organizations: 'all' | readonly string[]
}

/** Who asks. There is no empty one: who is not known is no Principal at all. */
export type Principal = SignedInPerson | TokenBearer

/** The organization that a request is about, and the principal's place in it. */
export interface CallOrg {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly role: Role
  readonly generation: number
}
