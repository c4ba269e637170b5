import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import { refuseDuplicate } from '../db/unique-violation.js'

/** Length counts, and there are no rules of composition (NIST SP 800-63B). The upper limit keeps hashing cheap. */
export const PASSWORD_LIMITS = { charsMin: 12, charsMax: 256 } as const

export const NewPassword = z
  .string()
  .min(PASSWORD_LIMITS.charsMin, `Give at least ${PASSWORD_LIMITS.charsMin} characters.`)
  .max(PASSWORD_LIMITS.charsMax)

export const UserView = z.object({ id: z.string(), email: z.string(), name: z.string() }).meta({ id: 'User' })

export interface UserRow {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly password_hash: string | null
}

export interface NewUser {
  readonly email: string
  readonly name: string
  readonly passwordHash: string
}

/** A lock for creations of which a person may make a limited number, so that concurrent ones are counted in turn. */
export async function lockPerson(trx: Knex.Transaction, userId: string): Promise<void> {
  await trx('users').where('id', userId).forNoKeyUpdate().first('id')
}

/** @throws Fault CONFLICT where the e-mail address has an account. */
export async function createUser(trx: Knex.Transaction, { email, name, passwordHash }: NewUser): Promise<string> {
  const id = newId('user')
  const taken = (): Fault =>
    new Fault('CONFLICT', 'e-mail taken', { say: 'This e-mail address has an account. Sign in with it.' })
  await refuseDuplicate('users_email', taken, () =>
    trx('users')
      .insert({ id, email, name, password_hash: passwordHash })
      .then(() => undefined),
  )
  return id
}

export function findUser(db: Knex, where: { email: string } | { id: string }): Promise<UserRow | undefined> {
  return db('users').where(where).first<UserRow | undefined>('id', 'email', 'name', 'password_hash')
}

export async function anyUser(db: Knex): Promise<boolean> {
  return (await db('users').first<{ id: string } | undefined>('id')) !== undefined
}
