import { Fault } from '../faults.js'
import { isPostgresAway } from './postgres.js'

/**
 * Turns an outage of Postgres into a refusal, because it is neither the caller's mistake nor a defect. Anything else is
 * returned as thrown.
 */
export function outageAsFault(thrown: unknown): unknown {
  if (thrown instanceof Fault || !isPostgresAway(thrown)) return thrown
  return new Fault('UNAVAILABLE', 'Postgres is away', { cause: thrown })
}
