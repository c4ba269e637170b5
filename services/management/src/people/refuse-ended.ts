import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { type Authority, refuseUnlessRoleMay } from '../access/authority.js'
import type { Role } from '../access/roles.js'

/** Not by now(): that is when the transaction began, which may be before the revocation that it waited for. */
const CREDENTIALS = {
  'sign-in': 'SELECT id FROM sign_ins WHERE id = ? AND expires_at > clock_timestamp()',
  token: 'SELECT id FROM personal_tokens WHERE id = ? AND revoked_at IS NULL AND expires_at > clock_timestamp()',
} as const satisfies Record<Authority['via'], string>

/**
 * Refuses a request whose sign-in, token or membership has ended by now. In a transaction the rows stay locked until
 * the commit: a revocation either came first and is seen here, or comes after everything that is committed here. The
 * locks are not shared ones, because those are not fair (ADR 11): a person who sends change after change could keep the
 * revocation of their own credential waiting.
 *
 * @throws Fault INVALID_TOKEN; NOT_FOUND where the membership or the organization has ended; FORBIDDEN.
 */
export async function refuseEnded(db: Knex, { via, credentialId, place }: Authority): Promise<void> {
  // One statement, because every change waits for it.
  const { rows } = await db.raw<{ rows: { isInForce: boolean; role: Role | null }[] }>(
    `WITH credential AS (${CREDENTIALS[via]} FOR NO KEY UPDATE), place AS (
       SELECT members.role FROM members JOIN organizations ON organizations.id = members.organization_id
       WHERE members.organization_id = ? AND members.user_id = ? AND organizations.state = 'active'
       FOR NO KEY UPDATE OF members
     )
     SELECT EXISTS (SELECT FROM credential) AS "isInForce", (SELECT role FROM place) AS role`,
    [credentialId, place?.organizationId ?? null, place?.userId ?? null],
  )
  const [now] = rows
  if (!now?.isInForce) throw new Fault('INVALID_TOKEN', `the ${via} of a request ended while that was under way`)
  if (!place) return
  if (!now.role) throw new Fault('NOT_FOUND', 'no such organization, or not a member of it any more')
  refuseUnlessRoleMay(now.role, place.permission)
}
