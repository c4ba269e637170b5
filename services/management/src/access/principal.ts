import type { Role } from './roles.js'

/** A signed-in person. There is no empty one: who is not known is no Principal at all. */
export interface Principal {
  readonly kind: 'user'
  readonly userId: string
  readonly email: string
  readonly name: string
  /** The sign-in that this request rests on. */
  readonly signInId: string
}

/** The organisation that a request is about, and the principal's place in it. */
export interface CallOrg {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly role: Role
  readonly generation: number
}
