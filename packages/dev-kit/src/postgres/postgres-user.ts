import { readFile } from 'node:fs/promises'

/** The user that Postgres runs as. Undefined ids: the current user. */
export interface PostgresUser {
  readonly uid?: number
  readonly gid?: number
}

/** In this order: the user of an installed Postgres, then one that every system has. */
const STAND_INS = ['postgres', 'nobody'] as const

/**
 * Postgres refuses to run as root, so another user is chosen then.
 *
 * @throws Error if there is none.
 */
export async function postgresUser(): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return {}
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n')
  for (const name of STAND_INS) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    // macOS writes nobody as -2; the system calls take it as unsigned.
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }
  }
  throw new Error(
    'Postgres does not run as root, and there is no user "nobody" to run it as. Run as an ordinary user, or set DATABASE_URL.',
  )
}
