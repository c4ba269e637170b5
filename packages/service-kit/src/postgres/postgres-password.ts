import pg from 'pg'
import { readParts } from '../program/config.js'
import { readOr } from '../read-or.js'
import { connectionOf, type PostgresTarget } from './postgres.js'

/**
 * A database with a role's credentials. The CA of the server and the password are both files: if both are missing, both
 * are reported.
 *
 * @throws EnvironmentError with what `at` and `password` throw.
 */
export function asRole<At extends object>(
  user: string,
  at: () => At,
  password: () => string,
): At & { readonly user: string; readonly password: string } {
  const read = readParts({ at, password })
  return { ...read.at, user, password: read.password }
}

/**
 * A database with a role's password, which may be rotated while the service runs. The password in the file is used once
 * the server accepts it; until then the previous one is used. So write the new password to the file first, and set it
 * in Postgres once every process has it. Open connections stay; each new connection asks here.
 *
 * @param read returns what the file says now. If it throws later, in the middle of a change, the previous password
 * stays in use.
 * @throws what `read` throws at the start.
 */
export function withPassword(at: Omit<PostgresTarget, 'password'>, read: () => string): PostgresTarget {
  let held = read()
  let asking: Promise<void> | undefined

  async function takeUp(next: string): Promise<void> {
    if (await isTaken({ ...at, password: next })) held = next
  }

  return {
    ...at,
    password: async () => {
      const next = readOr(held, read)
      if (next !== held) {
        asking ??= takeUp(next).finally(() => {
          asking = undefined
        })
        await asking
      }
      return held
    },
  }
}

/**
 * Whether the server accepts a connection with this password. False during an outage, which the caller then meets as
 * well.
 */
async function isTaken(target: PostgresTarget): Promise<boolean> {
  const client = new pg.Client(connectionOf(target, 'protectmyapi-password'))
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
