import { isToken, newToken, tokenHash } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { authorityOf } from '../access/authority.js'
import type { CallOrg, SignedInPerson } from '../access/principal.js'
import { mayManageMember, type Role } from '../access/roles.js'
import type { Actor } from '../audit/audit-entry.js'
import { isFull } from '../db/is-full.js'
import { returnedRow } from '../db/returned-row.js'
import type { Change, CommitChange } from '../feed/commit-change.js'
import type { Claim } from '../http/route.js'
import { createUser } from '../people/users.js'
import { ownersAlone } from './members.js'
import { lockForCreation, lockOrg, ORG_LIMITS, roleOf } from './org-store.js'

const LIFE_DAYS = 7

export interface InvitationRecord {
  readonly id: string
  readonly organization_id: string
  readonly email: string
  readonly role: Role
  readonly created_at: Date
  readonly expires_at: Date
}

const open = (db: Knex) =>
  db('invitations').where({ accepted_at: null, revoked_at: null }).whereRaw('expires_at > now()')

export function listInvitations(
  db: Knex,
  organizationId: string,
  which: { after: string | undefined; limit: number },
): Promise<InvitationRecord[]> {
  const query = open(db).where('organization_id', organizationId)
  if (which.after !== undefined) query.where('id', '>', which.after)
  return query.orderBy('id').limit(which.limit).select<InvitationRecord[]>('*')
}

/** Answers the token, which cannot be shown again: only its hash is kept. @throws Fault FORBIDDEN, CONFLICT. */
export async function invite(
  commitChange: CommitChange,
  actor: Actor,
  org: CallOrg,
  { email, role, claim }: { email: string; role: Role; claim: Claim },
): Promise<{ invitation: InvitationRecord; token: string }> {
  const token = newToken('invitation')
  const id = newId('invitation')
  const { result } = await commitChange(actor, async (trx): Promise<Change<InvitationRecord>> => {
    await claim(trx, id)
    if (!mayManageMember(await lockOrg(trx, org.id, actor.id), role)) throw ownersAlone()
    await refuseMember(trx, org.id, email)
    await refuseTooMany(trx, org.id)
    const row = returnedRow(
      await trx('invitations')
        .insert({
          id,
          organization_id: org.id,
          email,
          role,
          token_hash: tokenHash(token),
          created_by: actor.id,
          expires_at: trx.raw('now() + make_interval(days => ?)', [LIFE_DAYS]),
        })
        .returning<InvitationRecord[]>('*'),
    )
    return {
      result: row,
      feed: [],
      audit: [{ organizationId: org.id, event: 'invitation.created', targetId: row.id, details: { email, role } }],
    }
  })
  return { invitation: result, token }
}

/** @throws Fault NOT_FOUND for an invitation that is not open. */
export async function revokeInvitation(
  commitChange: CommitChange,
  actor: Actor,
  org: CallOrg,
  id: string,
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const revoked = await open(trx)
      .where({ organization_id: org.id, id })
      .update({ revoked_at: trx.raw('now()') })
    if (revoked === 0) throw new Fault('NOT_FOUND', 'no such open invitation')
    return {
      result: undefined,
      feed: [],
      audit: [{ organizationId: org.id, event: 'invitation.revoked', targetId: id }],
    }
  })
}

/** The person who accepts: signed in, or new and with a name and a password. */
export type Accepter =
  | { readonly kind: 'signed-in'; readonly person: SignedInPerson }
  | { readonly kind: 'new'; readonly name: string; readonly passwordHash: string }

export interface Accepted {
  readonly organizationId: string
  readonly userId: string
  readonly role: Role
}

/**
 * Called before a password is hashed. Otherwise a stranger with made-up tokens could keep the hasher busy. The check
 * that counts is in `acceptInvitation`.
 *
 * @throws Fault INVALID_TOKEN for an invitation that is not open.
 */
export async function refuseUnlessOpen(db: Knex, token: string): Promise<void> {
  if (!isToken('invitation', token)) throw notOpen()
  const found = await open(db).where('token_hash', tokenHash(token)).first<{ id: string } | undefined>('id')
  if (!found) throw notOpen()
}

/**
 * Accepts an invitation. If several people try at the same time, one of them succeeds.
 *
 * @throws Fault INVALID_TOKEN for an invitation that is not open; FORBIDDEN for another e-mail address; CONFLICT.
 */
export async function acceptInvitation(
  commitChange: CommitChange,
  requestId: string,
  token: string,
  accepter: Accepter,
): Promise<Accepted> {
  const actor: Actor =
    accepter.kind === 'new'
      ? { kind: 'system', id: 'invitation', requestId }
      : {
          kind: 'user',
          id: accepter.person.userId,
          requestId,
          authority: authorityOf(accepter.person, undefined, 'in-person'),
        }
  const { result } = await commitChange(actor, async (trx): Promise<Change<Accepted>> => {
    const invitation = await takeUp(trx, token)
    if (accepter.kind === 'signed-in' && accepter.person.email !== invitation.email) {
      throw new Fault('FORBIDDEN', 'for another e-mail address', {
        say: 'This invitation is for another e-mail address. Sign in with that one.',
      })
    }
    const { organization_id: organizationId, email, role } = invitation
    const userId = accepter.kind === 'new' ? await createUser(trx, { ...accepter, email }) : accepter.person.userId
    await join(trx, organizationId, userId, role)
    await withdrawOthers(trx, organizationId, email)
    const audit = [
      { organizationId, event: 'invitation.accepted', targetId: invitation.id, details: { user: userId, role } },
    ]
    return { result: { organizationId, userId, role }, feed: [], audit }
  })
  return result
}

/**
 * Takes the invitation in one statement, so that only one of parallel attempts finds it open. A later refusal rolls it
 * back. The organization is locked first, in the order of everybody who withdraws invitations: otherwise two people who
 * accept at once would wait for each other.
 */
async function takeUp(trx: Knex.Transaction, token: string): Promise<InvitationRecord> {
  const found = await open(trx)
    .where('token_hash', tokenHash(token))
    .first<{ organization_id: string } | undefined>('organization_id')
  if (!found) throw notOpen()
  await lockForCreation(trx, found.organization_id)
  const [taken] = await open(trx)
    .where('token_hash', tokenHash(token))
    .whereIn('organization_id', trx('organizations').where('state', 'active').select('id'))
    .update({ accepted_at: trx.raw('now()') })
    .returning<InvitationRecord[]>('*')
  if (!taken) throw notOpen()
  return taken
}

async function join(trx: Knex.Transaction, organizationId: string, userId: string, role: Role): Promise<void> {
  if (await roleOf(trx, organizationId, userId))
    throw new Fault('CONFLICT', 'a member already', { say: 'You are a member of this organization already.' })
  // More people may be invited than there is room for. They are counted under the organization's lock (takeUp).
  if (await isFull(trx('members').where('organization_id', organizationId), ORG_LIMITS.members))
    throw new Fault('CONFLICT', 'too many members', {
      say: `An organization has at most ${ORG_LIMITS.members} members. Ask an owner or an admin to remove one first; the invitation stays open.`,
    })
  await trx('members').insert({ organization_id: organizationId, user_id: userId, role })
}

/**
 * Withdraws the other invitations to an address, once its person has joined. They would be of use only to come back
 * after a removal, or to regain a role.
 */
async function withdrawOthers(trx: Knex.Transaction, organizationId: string, email: string): Promise<void> {
  await open(trx)
    .where({ organization_id: organizationId, email })
    .update({ revoked_at: trx.raw('now()') })
}

async function refuseMember(trx: Knex.Transaction, organizationId: string, email: string): Promise<void> {
  const member = await trx('members')
    .join('users', 'users.id', 'members.user_id')
    .where({ 'members.organization_id': organizationId, 'users.email': email })
    .first<{ id: string } | undefined>('users.id')
  if (member) throw new Fault('CONFLICT', 'a member already', { say: 'This person is a member already.' })
}

async function refuseTooMany(trx: Knex.Transaction, organizationId: string): Promise<void> {
  const invited = open(trx).where('organization_id', organizationId)
  const members = trx('members').where('organization_id', organizationId)
  if (!(await isFull(invited, ORG_LIMITS.pendingInvitations)) && !(await isFull(members, ORG_LIMITS.members))) return
  throw new Fault('CONFLICT', 'too many invitations or members', {
    say: `An organization has at most ${ORG_LIMITS.pendingInvitations} open invitations and ${ORG_LIMITS.members} members.`,
  })
}

const notOpen = (): Fault =>
  new Fault('INVALID_TOKEN', 'no such open invitation', {
    say: 'This invitation is not valid: it was used, revoked or has expired. Ask for a new one.',
  })
