import { Fault } from '@protectmyapi/service-kit/faults'
import { badField } from '@protectmyapi/service-kit/http/validate'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { SignedInPerson } from '../access/principal.js'
import type { Actor } from '../audit/audit-entry.js'
import type { CommitChange } from '../feed/commit-change.js'
import type { Client } from '../http/route.js'
import type { PasswordHasher } from './password-hasher.js'
import type { SignInLimits } from './sign-in-limits.js'
import { beginSignIn, endSignIns, type NewSignIn } from './sign-in-sessions.js'
import { findUser, type UserRow } from './users.js'

export interface PeopleDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
  readonly hasher: PasswordHasher
  readonly limits: SignInLimits
}

export interface Credentials {
  readonly email: string
  readonly password: string
}

/**
 * Answers a wrong password and an e-mail address without an account in the same way and after the same time.
 *
 * @throws Fault UNAUTHORIZED or RATE_LIMITED.
 */
export async function signIn(
  deps: PeopleDeps,
  requestId: string,
  client: Client,
  given: Credentials,
): Promise<{ user: UserRow; signIn: NewSignIn }> {
  const attempt = await deps.limits.reserve({ email: given.email, address: client.address })
  const user = await findUser(deps.db, { email: given.email })
  const matches = await deps.hasher.verify(user?.password_hash ?? undefined, given.password)
  if (!user || !matches) throw wrongCredentials()
  await deps.limits.forgive(attempt)
  const actor: Actor = { kind: 'user', id: user.id, requestId }
  const { result } = await deps.commitChange(actor, async (trx) => {
    // If the password was changed during the comparison, all sign-ins were ended, and this one would survive.
    const still = await trx('users').where({ id: user.id, password_hash: user.password_hash }).forShare().first('id')
    if (!still) throw wrongCredentials()
    const details = { address: client.address }
    return {
      result: await beginSignIn(trx, user.id, client),
      feed: [],
      audit: [{ organizationId: null, event: 'auth.signed-in', targetId: user.id, details }],
    }
  })
  return { user, signIn: result }
}

/** @throws Fault INVALID_REQUEST for a wrong current password, RATE_LIMITED. Ends every other sign-in. */
export async function changePassword(
  deps: PeopleDeps,
  actor: Actor,
  principal: SignedInPerson,
  given: { current: string; next: string; address: string },
): Promise<void> {
  const attempt = await deps.limits.reserve({ email: principal.email, address: given.address })
  const user = await findUser(deps.db, { id: principal.userId })
  const matches = await deps.hasher.verify(user?.password_hash ?? undefined, given.current)
  if (!user || !matches) throw wrongCurrent()
  await deps.limits.forgive(attempt)
  const passwordHash = await deps.hasher.hash(given.next)
  await deps.commitChange(actor, async (trx) => {
    // Of two changes at the same time, the second was checked against a password that the first has replaced by now.
    const changed = await trx('users')
      .where({ id: user.id, password_hash: user.password_hash })
      .update({ password_hash: passwordHash })
    if (changed === 0) throw wrongCurrent()
    await endSignIns(trx, principal.userId, (query) => query.whereNot('id', principal.signInId))
    return {
      result: undefined,
      feed: [],
      audit: [{ organizationId: null, event: 'auth.password-changed', targetId: principal.userId }],
    }
  })
}

/** @throws Fault NOT_FOUND for another person's sign-in, or one that has ended. */
export async function endSignIn(
  deps: Pick<PeopleDeps, 'commitChange'>,
  actor: Actor,
  principal: SignedInPerson,
  signInId: string,
): Promise<void> {
  await deps.commitChange(actor, async (trx) => {
    const ended = await endSignIns(trx, principal.userId, (query) => query.where('id', signInId))
    if (ended === 0) throw new Fault('NOT_FOUND', 'no such sign-in')
    const isOwn = signInId === principal.signInId
    const event = isOwn ? 'auth.signed-out' : 'auth.session-revoked'
    const audit = [{ organizationId: null, event, targetId: signInId }]
    return { result: undefined, feed: [], audit, ...(isOwn ? ({ asked: 'all' } as const) : {}) }
  })
}

function wrongCurrent(): Fault {
  return badField('/current', 'This is not the current password.')
}

function wrongCredentials(): Fault {
  return new Fault('UNAUTHORIZED', 'wrong e-mail or password', { say: 'E-mail address or password is wrong.' })
}
