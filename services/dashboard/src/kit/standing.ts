export type Standing = 'in force' | 'expired' | 'revoked'

interface Ending {
  readonly revokedAt: string | null
  /** Absent from what does not expire. */
  readonly expiresAt?: string
}

/** Whether a token, a device or a session still works. */
export function standingOf({ revokedAt, expiresAt }: Ending, now: Date): Standing {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== undefined && new Date(expiresAt) <= now ? 'expired' : 'in force'
}
