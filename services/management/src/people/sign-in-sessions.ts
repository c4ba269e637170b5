import { isToken, newToken, tokenHash } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { SignedInPerson } from '../access/principal.js'
import { returnedRow } from '../db/returned-row.js'
import { touchLastUse } from '../db/touch-last-use.js'
import type { Client } from '../http/route.js'

const SESSION_LIMITS = {
  /** A sign-in that is unused for this long ends. */
  idleHours: 12,
  /** A sign-in ends after this time, even if it is in use. */
  lifeDays: 7,
  /** Least time between two writes of `last_used_at`. */
  touchSeconds: 60,
  /** Sign-ins of one person. The oldest ends when another begins. */
  perUser: 50,
} as const

export interface NewSignIn {
  readonly id: string
  /** Shown once; only its hash is kept. */
  readonly token: string
  readonly expiresAt: Date
}

export interface SignInRow {
  readonly id: string
  readonly created_at: Date
  readonly last_used_at: Date
  readonly expires_at: Date
  readonly address: string
  readonly user_agent: string
}

const ALIVE = `expires_at > now() AND last_used_at > now() - make_interval(hours => ${SESSION_LIMITS.idleHours})`

export async function beginSignIn(trx: Knex.Transaction, userId: string, client: Client): Promise<NewSignIn> {
  const token = newToken('signIn')
  const id = newId('session')
  const row = returnedRow(
    await trx('sign_ins')
      .insert({
        id,
        token_hash: tokenHash(token),
        user_id: userId,
        expires_at: trx.raw('now() + make_interval(days => ?)', [SESSION_LIMITS.lifeDays]),
        address: client.address,
        user_agent: client.userAgent,
      })
      .returning<{ expires_at: Date }[]>('expires_at'),
  )
  const kept = trx('sign_ins').where('user_id', userId).orderBy('id', 'desc').limit(SESSION_LIMITS.perUser).select('id')
  await endSignIns(trx, userId, (query) => query.whereNotIn('id', kept))
  return { id, token, expiresAt: row.expires_at }
}

/**
 * The person who signed in with this token.
 *
 * @throws Fault INVALID_TOKEN or TOKEN_EXPIRED. It never answers that there is nobody.
 */
export async function principalOf(db: Knex, token: string): Promise<SignedInPerson> {
  if (!isToken('signIn', token)) throw new Fault('INVALID_TOKEN', 'not a sign-in token')
  const row = await db('sign_ins')
    .join('users', 'users.id', 'sign_ins.user_id')
    .where('sign_ins.token_hash', tokenHash(token))
    .first<PrincipalRow | undefined>(
      'sign_ins.id as sign_in_id',
      'users.id as user_id',
      'users.email',
      'users.name',
      db.raw(`(${ALIVE}) AS alive`),
      db.raw('last_used_at < now() - make_interval(secs => ?) AS stale', [SESSION_LIMITS.touchSeconds]),
    )
  if (!row) throw new Fault('INVALID_TOKEN', 'unknown sign-in token')
  if (!row.alive)
    throw new Fault('TOKEN_EXPIRED', 'the sign-in has ended', { say: 'This sign-in has ended. Sign in again.' })
  if (row.stale) await touchLastUse(db, 'sign_ins', row.sign_in_id, SESSION_LIMITS.touchSeconds)
  return {
    kind: 'user',
    via: 'sign-in',
    userId: row.user_id,
    email: row.email,
    name: row.name,
    signInId: row.sign_in_id,
  }
}

interface PrincipalRow {
  readonly sign_in_id: string
  readonly user_id: string
  readonly email: string
  readonly name: string
  readonly alive: boolean
  readonly stale: boolean
}

/** Newest first. */
export function listSignIns(
  db: Knex,
  userId: string,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<SignInRow[]> {
  const query = db('sign_ins').where('user_id', userId).whereRaw(ALIVE)
  if (before !== undefined) query.where('id', '<', before)
  return query
    .orderBy('id', 'desc')
    .limit(limit)
    .select<SignInRow[]>('id', 'created_at', 'last_used_at', 'expires_at', 'address', 'user_agent')
}

/** Ends sign-ins of one person and answers how many. The rows stay for a while, as known addresses. */
export function endSignIns(
  trx: Knex.Transaction,
  userId: string,
  which: (query: Knex.QueryBuilder) => Knex.QueryBuilder,
): Promise<number> {
  return which(trx('sign_ins').where('user_id', userId).whereRaw('expires_at > now()')).update({
    expires_at: trx.raw('now()'),
  })
}
