import type { InboxEntry } from '../directory/access-entry.js'
import type { SetAside } from './set-aside.js'

/** An entry whose place another holds: a forgery, or a mistake in a proxy's counting. */
export function placeTaken(entry: InboxEntry, from: Pick<SetAside, 'message' | 'position'>): SetAside {
  const { bootId, shard, sequence } = entry
  return {
    reason: 'place-taken',
    detail: `sequence ${sequence} of ${bootId} is another entry's`,
    shard,
    ...from,
    content: JSON.stringify(entry),
  }
}
