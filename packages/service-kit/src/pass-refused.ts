import { Fault } from './faults.js'
import { isPostgresAway } from './postgres/postgres.js'

/**
 * Whether the failure says nothing about what was asked: it may be asked again, and other work would fail now as well.
 */
export function isOutage(thrown: unknown): boolean {
  return isPostgresAway(thrown) || (thrown instanceof Fault && thrown.code === 'UNAVAILABLE')
}

/**
 * The result of one of several independent pieces of work. If it is refused, calls `tell` with the reason and returns
 * undefined, so that the others have their turn: otherwise an attacker could write one invalid row and block all those
 * behind it.
 *
 * @throws an outage.
 */
export async function passRefused<Result>(
  work: Promise<Result>,
  tell: (err: unknown) => void,
): Promise<Result | undefined> {
  try {
    return await work
  } catch (err) {
    if (isOutage(err)) throw err
    tell(err)
    return undefined
  }
}
