import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../audit/audit-entry.js'
import { refuseDuplicate } from '../db/unique-violation.js'
import { type Change, createCommitOnly } from '../feed/commit-change.js'
import { Email } from '../http/fields.js'
import { endSignIns } from './sign-in-sessions.js'

/** A domain to which no mail is ever delivered (RFC 2606 § 2). */
const NOWHERE = 'freed.invalid'

export interface AddressToFree {
  readonly email: string
  /** The account's new address. If undefined, its id at a domain that belongs to nobody. */
  readonly newEmail?: string | undefined
}

interface FreedAddress {
  readonly user: string
  /** The address with which the account signs in from now on. */
  readonly email: string
}

/**
 * Takes an e-mail address from the account that has it. Addresses are not verified yet, so an administrator who invites
 * an address can accept the invitation themselves; the address's real owner then cannot have an account in any
 * organization. The account keeps its roles, password and tokens under another address, and its sign-ins end. The
 * change is recorded in the installation's audit trail and in that of each organization that the account belongs to.
 *
 * @throws Fault INVALID_REQUEST, NOT_FOUND if no account has the address, CONFLICT if an account has the new address.
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
