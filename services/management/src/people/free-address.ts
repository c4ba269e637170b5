import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../audit/audit-entry.js'
import { refuseDuplicate } from '../db/unique-violation.js'
import { type Change, createCommitOnly } from '../feed/commit-change.js'
import { Email } from '../http/fields.js'
import { endSignIns } from './sign-in-sessions.js'

/** A name below which no mail is ever delivered (RFC 2606 § 2). */
const NOWHERE = 'freed.invalid'

export interface AddressToFree {
  readonly email: string
  /** Where the account is found from now on; without it, its id at a name that is nobody's. */
  readonly newEmail?: string | undefined
}

interface FreedAddress {
  readonly user: string
  /** By which the account signs in from now on. */
  readonly email: string
}

/**
 * Takes an e-mail address from the account that has it. Nobody proves an address yet: an administrator who invites one
 * can take the invitation up themselves, and whose address it is has no account then, in any organization. The account
 * stays, with its roles, password and tokens, under another address; its sign-ins end. Told to the installation's trail
 * and to that of each organization which it belongs to.
 *
 * @throws Fault INVALID_REQUEST, NOT_FOUND where no account has the address, CONFLICT where one has the new address.
 */
export async function freeAddress(db: Knex, actor: Actor, { email, newEmail }: AddressToFree): Promise<FreedAddress> {
  const from = parseEmail(email)
  const to = newEmail === undefined ? undefined : parseEmail(newEmail)
  const { result } = await createCommitOnly(db)(actor, (trx) => move(trx, from, to))
  return result
}

async function move(trx: Knex.Transaction, from: string, to: string | undefined): Promise<Change<FreedAddress>> {
  const taken = (): Fault =>
    new Fault('CONFLICT', `${to ?? `the id at ${NOWHERE}`} has an account: give another address`)
  const [moved] = await refuseDuplicate('users_email', taken, () =>
    trx('users')
      .where('email', from)
      .update({ email: to ?? trx.raw('lower(id) || ?', [`@${NOWHERE}`]) })
      .returning<{ id: string; email: string }[]>(['id', 'email']),
  )
  if (!moved) throw new Fault('NOT_FOUND', `no account has the address ${from}`)
  await endSignIns(trx, moved.id, (query) => query)
  const details = { from, to: moved.email }
  const organizations = await trx('members')
    .join('organizations', 'organizations.id', 'members.organization_id')
    .where({ 'members.user_id': moved.id, 'organizations.state': 'active' })
    .orderBy('organizations.id')
    .select<{ id: string }[]>('organizations.id')
  return {
    result: { user: moved.id, email: moved.email },
    feed: [],
    audit: [null, ...organizations.map(({ id }) => id)].map((organizationId) => ({
      organizationId,
      event: 'user.address-freed',
      targetId: moved.id,
      details,
    })),
  }
}

function parseEmail(text: string): string {
  const parsed = Email.safeParse(text)
  if (!parsed.success) throw new Fault('INVALID_REQUEST', `not an e-mail address: ${text}`)
  return parsed.data
}
