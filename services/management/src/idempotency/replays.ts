import { Fault } from '@protectmyapi/service-kit/faults'
import { API_PREFIX } from '../http/api-prefix.js'

/** What a retry is told where what the first request made cannot be shown as made. */
export function goneSince(made: string): Fault {
  return new Fault('CONFLICT', `${made} is not what its request made any more`, {
    say: `What this Idempotency-Key made, ${made}, was replaced or deleted since. Use another key to make another.`,
  })
}

/**
 * A token that is shown once is not kept, so no retry can be shown it. The retry is told where the token is that nobody
 * may have seen.
 *
 * @param path of the thing, below `/api/v1`.
 */
export function shownOnce(path: string): Fault {
  return new Fault('TOKEN_SHOWN_ONCE', `made before: ${path}`, { headers: { location: API_PREFIX + path } })
}
