import type { PersonalToken } from '../api/types.js'

/** Whether a token works, and if not, why. */
export function tokenState(
  { revokedAt, expiresAt }: Pick<PersonalToken, 'revokedAt' | 'expiresAt'>,
  now: Date,
): 'in force' | 'revoked' | 'expired' {
  if (revokedAt !== null) return 'revoked'
  return new Date(expiresAt) <= now ? 'expired' : 'in force'
}
