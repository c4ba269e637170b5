import { Fault } from '@protectmyapi/service-kit/faults'
import { API_PREFIX } from '../http/api-prefix.js'

/** The refusal of a retry when the thing that the first request made was replaced or deleted since. */
export function goneSince(made: string): Fault {
  return new Fault('CONFLICT', `${made} is not what its request made any more`, {
    say: `What was created with this Idempotency-Key, ${made}, has since been replaced or deleted. Use another key to create another.`,
  })
}

/**
 * A token that is shown once is not kept, so a retry cannot show it. The refusal gives the location of the token, which
 * the client may never have received.
 *
 * @param path path of the thing, below `/api/v1`.
 */
export function shownOnce(path: string): Fault {
  return new Fault('TOKEN_SHOWN_ONCE', `made before: ${path}`, { headers: { location: API_PREFIX + path } })
}
