import { newToken, tokenHash } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import { badField } from '@protectmyapi/service-kit/http/validate'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Scope } from '../access/roles.js'
import type { Actor } from '../audit/audit-entry.js'
import { isFull } from '../db/is-full.js'
import { returnedRow } from '../db/returned-row.js'
import type { Change, CommitChange } from '../feed/commit-change.js'
import type { Claim } from '../http/route.js'
import { myOrgIds } from '../orgs/org-store.js'
import { lockPerson } from '../people/users.js'
import { TOKEN_LIMITS } from './token-limits.js'

export interface TokenRecord {
  readonly id: string
  readonly user_id: string
  readonly name: string
  readonly scopes: Scope[]
  /** Null: all organizations of the person. */
  readonly organization_ids: string[] | null
  readonly created_at: Date
  readonly expires_at: Date
  readonly last_used_at: Date | null
  readonly revoked_at: Date | null
}

export interface NewPersonalToken {
  readonly userId: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Ids or slugs. */
  readonly organizations: 'all' | readonly string[]
  readonly expiresInDays: number
  readonly claim: Claim
}

export function listTokens(
  db: Knex,
  userId: string,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<TokenRecord[]> {
  const query = db('personal_tokens').where('user_id', userId)
  if (after !== undefined) query.where('id', '>', after)
  return query.orderBy('id').limit(limit).select<TokenRecord[]>('*')
}

/** Answers the token, which cannot be shown again: only its hash is kept. @throws Fault INVALID_REQUEST, CONFLICT. */
export async function createToken(
  commitChange: CommitChange,
  actor: Actor,
  asked: NewPersonalToken,
): Promise<{ record: TokenRecord; token: string }> {
  const token = newToken('personal')
  const id = newId('personalToken')
  const { result } = await commitChange(actor, async (trx): Promise<Change<TokenRecord>> => {
    await asked.claim(trx, id)
    const organizationIds = asked.organizations === 'all' ? null : await ownIds(trx, asked.userId, asked.organizations)
    await refuseTooMany(trx, asked.userId)
    const record = returnedRow(
      await trx('personal_tokens')
        .insert({
          id,
          user_id: asked.userId,
          token_hash: tokenHash(token),
          name: asked.name,
          scopes: [...new Set(asked.scopes)],
          organization_ids: organizationIds,
          expires_at: trx.raw('now() + make_interval(days => ?)', [asked.expiresInDays]),
        })
        .returning<TokenRecord[]>('*'),
    )
    const details = { name: record.name, scopes: record.scopes, organizations: record.organization_ids ?? 'all' }
    const audit = [{ organizationId: null, event: 'personal-token.created', targetId: id, details }]
    return { result: record, feed: [], audit }
  })
  return { record: result, token }
}

/**
 * From the commit on, the token serves no request.
 *
 * @throws Fault NOT_FOUND for another person's token, or one that has ended.
 */
export async function revokeToken(
  commitChange: CommitChange,
  actor: Actor,
  { userId, id }: { userId: string; id: string },
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const revoked = await inForce(trx, userId)
      .where('id', id)
      .update({ revoked_at: trx.raw('now()') })
    if (revoked === 0) throw new Fault('NOT_FOUND', 'no such personal token in force')
    const audit = [{ organizationId: null, event: 'personal-token.revoked', targetId: id }]
    return { result: undefined, feed: [], audit }
  })
}

export async function pruneTokens(db: Knex): Promise<void> {
  const old = db.raw('now() - make_interval(days => ?)', [TOKEN_LIMITS.keptDays])
  await db('personal_tokens').where('expires_at', '<', old).orWhere('revoked_at', '<', old).delete()
}

const inForce = (db: Knex, userId: string) =>
  db('personal_tokens').where({ user_id: userId, revoked_at: null }).whereRaw('expires_at > now()')

async function ownIds(trx: Knex, userId: string, named: readonly string[]): Promise<string[]> {
  const own = await myOrgIds(trx, userId, named)
  const missing = named.findIndex((name) => !own.has(name))
  if (missing >= 0)
    throw badField(`/organizations/${missing}`, 'You are not a member of an organization with this id or slug.')
  return [...new Set(own.values())]
}

async function refuseTooMany(trx: Knex.Transaction, userId: string): Promise<void> {
  await lockPerson(trx, userId)
  if (!(await isFull(inForce(trx, userId), TOKEN_LIMITS.perPerson))) return
  throw new Fault('CONFLICT', 'too many personal tokens', {
    say: `One person has at most ${TOKEN_LIMITS.perPerson} personal access tokens in force. Revoke one first.`,
  })
}
