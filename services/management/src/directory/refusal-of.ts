import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import { isPostgresAway } from '@protectmyapi/service-kit/postgres/postgres'

/** Whatever a handler threw, as a refusal: an outage of Postgres is UNAVAILABLE, never a mistake of the caller's or ours. */
export function refusalOf(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  if (isPostgresAway(thrown)) return new Fault('UNAVAILABLE', 'Postgres is away', { cause: thrown })
  return asFault(thrown)
}
