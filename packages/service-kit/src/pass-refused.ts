import { Fault } from './faults.js'
import { isPostgresAway } from './postgres/postgres.js'

/** What says nothing of what was asked for: the same may be asked again, and another would fare no better now. */
export function isOutage(thrown: unknown): boolean {
  return isPostgresAway(thrown) || (thrown instanceof Fault && thrown.code === 'UNAVAILABLE')
}

/**
 * What comes of work on one of several that have nothing to do with each other. Where it is refused, `tell` hears why, and
 * the others have their turn: else who writes one row that nobody takes keeps all behind it undone. Undefined then.
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
