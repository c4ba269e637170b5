import { Fault } from '../faults.js'
import { isPostgresAway } from './postgres.js'

/** Postgres away, as a refusal: never a mistake of the caller's, nor a fault of ours. Anything else as it was thrown. */
export function outageAsFault(thrown: unknown): unknown {
  if (thrown instanceof Fault || !isPostgresAway(thrown)) return thrown
  return new Fault('UNAVAILABLE', 'Postgres is away', { cause: thrown })
}
