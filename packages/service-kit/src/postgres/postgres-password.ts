import pg from 'pg'
import { readParts } from '../program/config.js'
import { readOr } from '../read-or.js'
import { connectionOf, type PostgresTarget } from './postgres.js'

/**
 * A database as a role enters it. The CA of its server is a file as the password is: where both are missing, both are
 * told of.
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
 * A database and the password of a role, which is rotated while its service runs: it is what its file says, once the server
 * takes that, and until then what the file said before. So a new one is written first, and set in Postgres once every
 * process has it. Open connections stay; each new one asks here.
 *
 * @param read hands over what the file says now. What it throws later on, in the middle of a change, leaves all as it is.
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

/** Whether a connection comes about with it. An outage says no, and whoever asked meets it as well. */
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
