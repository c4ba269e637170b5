import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CallOrg } from '../access/principal.js'
import { mayManageMember, ROLES, type Role } from '../access/roles.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Change, CommitChange } from '../feed/commit-change.js'
import type { Precondition } from '../http/precondition.js'
import { lockOrg, roleOf } from './org-store.js'
import { type MemberRecord, presentMember } from './present-member.js'

interface Changing {
  readonly user: string
  readonly precondition: Precondition
}

export function listMembers(
  db: Knex,
  organizationId: string,
  which: { after?: string | undefined; limit: number },
): Promise<MemberRecord[]> {
  const query = members(db, organizationId)
  if (which.after !== undefined) query.where('users.id', '>', which.after)
  return query.orderBy('users.id').limit(which.limit)
}

export async function findMember(db: Knex, organizationId: string, userId: string): Promise<MemberRecord> {
  const [found] = await members(db, organizationId).where('users.id', userId)
  if (!found) throw noMember()
  return found
}

/** @throws Fault NOT_FOUND, FORBIDDEN (only owners manage owners), CONFLICT (the last owner). */
export async function changeRole(
  commitChange: CommitChange,
  actor: Actor,
  org: CallOrg,
  { user: userId, role, precondition }: Changing & { role: Role },
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const { mine, theirs } = await lockedRoles(trx, org.id, actor.id, userId)
    await precondition(async () => presentMember(await findMember(trx, org.id, userId)))
    if (!mayManageMember(mine, theirs) || !mayManageMember(mine, role)) throw ownersAlone()
    if (theirs === 'owner' && role !== 'owner') await refuseLastOwner(trx, org.id)
    await trx('members').where({ organization_id: org.id, user_id: userId }).update({ role })
    await withdrawInvitations(trx, org.id, userId, role)
    return {
      result: undefined,
      asked: 'place',
      feed: [],
      audit: [
        { organizationId: org.id, event: 'member.role-changed', targetId: userId, details: { from: theirs, to: role } },
      ],
    }
  })
}

/** Removes a member, or lets one leave. Open invitations to and from the member are withdrawn. */
export async function removeMember(
  commitChange: CommitChange,
  actor: Actor,
  org: CallOrg,
  { user: userId, precondition }: Changing,
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const { mine, theirs } = await lockedRoles(trx, org.id, actor.id, userId)
    await precondition(async () => presentMember(await findMember(trx, org.id, userId)))
    const leaves = userId === actor.id
    if (!leaves && !mayManageMember(mine, theirs)) throw ownersAlone()
    if (theirs === 'owner') await refuseLastOwner(trx, org.id)
    await trx('members').where({ organization_id: org.id, user_id: userId }).delete()
    await withdrawInvitations(trx, org.id, userId, undefined)
    return {
      result: undefined,
      asked: 'place',
      feed: [],
      audit: [{ organizationId: org.id, event: leaves ? 'member.left' : 'member.removed', targetId: userId }],
    }
  })
}

/** The owner becomes an admin, and the member an owner. @throws Fault NOT_FOUND, CONFLICT for oneself. */
export async function transferOwnership(
  commitChange: CommitChange,
  actor: Actor,
  org: CallOrg,
  userId: string,
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const { mine } = await lockedRoles(trx, org.id, actor.id, userId)
    if (mine !== 'owner') throw ownersAlone()
    if (userId === actor.id)
      throw new Fault('CONFLICT', 'transfer to oneself', { say: 'Name another member: this one is the owner already.' })
    await trx('members').where({ organization_id: org.id, user_id: userId }).update({ role: 'owner' })
    await trx('members').where({ organization_id: org.id, user_id: actor.id }).update({ role: 'admin' })
    await withdrawInvitations(trx, org.id, actor.id, 'admin')
    return {
      result: undefined,
      asked: 'place',
      feed: [],
      audit: [{ organizationId: org.id, event: 'organization.transferred', targetId: userId }],
    }
  })
}

/**
 * Withdraws the open invitations by which a person could regain a lost role: those to their address, and those that
 * their present role would not let them give, which they may have sent to another address of theirs.
 *
 * @param role the person's present role; undefined if they are no longer a member.
 */
async function withdrawInvitations(
  trx: Knex.Transaction,
  organizationId: string,
  userId: string,
  role: Role | undefined,
): Promise<void> {
  const beyond = ROLES.filter((given) => role === undefined || !mayManageMember(role, given))
  await trx('invitations')
    .where({ organization_id: organizationId, accepted_at: null, revoked_at: null })
    .where((either) =>
      either
        .whereIn('email', trx('users').where('id', userId).select('email'))
        .orWhere((given) => given.where('created_by', userId).whereIn('role', beyond)),
    )
    .update({ revoked_at: trx.raw('now()') })
}

function members(db: Knex, organizationId: string) {
  return db('members')
    .join('users', 'users.id', 'members.user_id')
    .where('members.organization_id', organizationId)
    .select<MemberRecord[]>('users.id', 'users.email', 'users.name', 'members.role', 'members.created_at')
}

async function lockedRoles(
  trx: Knex.Transaction,
  organizationId: string,
  actorId: string,
  userId: string,
): Promise<{ mine: Role; theirs: Role }> {
  const mine = await lockOrg(trx, organizationId, actorId)
  const theirs = await roleOf(trx, organizationId, userId)
  if (!theirs) throw noMember()
  return { mine, theirs }
}

async function refuseLastOwner(trx: Knex.Transaction, organizationId: string): Promise<void> {
  const owners = await trx('members')
    .where({ organization_id: organizationId, role: 'owner' })
    .limit(2)
    .select('user_id')
  if (owners.length > 1) return
  throw new Fault('CONFLICT', 'the last owner', {
    say: 'An organization needs at least one owner. Transfer it first, or make another member an owner.',
  })
}

const noMember = (): Fault => new Fault('NOT_FOUND', 'no such member', { say: 'No such member of this organization.' })

export const ownersAlone = (): Fault =>
  new Fault('FORBIDDEN', 'only owners manage owners', {
    say: 'Only owners may manage owners, and only owners and admins may manage members.',
  })
