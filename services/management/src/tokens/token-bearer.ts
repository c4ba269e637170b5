import { isToken, TOKEN_PREFIXES, tokenHash } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { TokenBearer } from '../access/principal.js'
import { touchLastUse } from '../db/touch-last-use.js'
import { TOKEN_LIMITS } from './token-limits.js'
import type { TokenRecord } from './token-rows.js'

/** Whether this is to be read as a personal access token. Only the prefix decides, even if the rest is malformed. */
export const isPersonal = (token: string): boolean => token.startsWith(TOKEN_PREFIXES.personal)

/**
 * The person who acts by this token. Read for every request, so that a token stops working as soon as it is revoked or
 * its person is gone.
 *
 * @throws Fault INVALID_TOKEN or TOKEN_EXPIRED. It never answers that there is nobody.
 */
export async function tokenBearer(db: Knex, token: string): Promise<TokenBearer> {
  if (!isToken('personal', token)) throw new Fault('INVALID_TOKEN', 'a personal token with a wrong checksum')
  const row = await db('personal_tokens')
    .join('users', 'users.id', 'personal_tokens.user_id')
    .where({ 'personal_tokens.token_hash': tokenHash(token), 'personal_tokens.revoked_at': null })
    .first<BearerRow | undefined>(
      'personal_tokens.*',
      'users.email',
      'users.name as user_name',
      db.raw('personal_tokens.expires_at > now() AS alive'),
      db.raw(`${STALE} AS stale`, [TOKEN_LIMITS.touchSeconds]),
    )
  if (!row) throw new Fault('INVALID_TOKEN', 'unknown or revoked personal token')
  if (!row.alive)
    throw new Fault('TOKEN_EXPIRED', 'a personal token', { say: 'This token has expired. Create another.' })
  if (row.stale) await touchLastUse(db, 'personal_tokens', row.id, TOKEN_LIMITS.touchSeconds)
  return {
    kind: 'user',
    via: 'token',
    tokenId: row.id,
    userId: row.user_id,
    email: row.email,
    name: row.user_name,
    scopes: row.scopes,
    organizations: row.organization_ids ?? 'all',
  }
}

interface BearerRow extends TokenRecord {
  readonly email: string
  readonly user_name: string
  readonly alive: boolean
  readonly stale: boolean
}

const STALE = `(personal_tokens.last_used_at IS NULL OR personal_tokens.last_used_at < now() - make_interval(secs => ?))`
