import type { InboxEntry } from '../../directory/record/access-entry.js'
import type { SetAside } from './set-aside.js'

/** An entry whose place another holds: a forgery, or a mistake in a proxy's counting. */
export function placeTaken(entry: InboxEntry, from: Pick<SetAside, 'message' | 'position'>): SetAside {
  const { content, ...place } = entry
  const { bootId, shard, sequence } = place
  return {
    reason: 'place-taken',
    detail: `sequence ${sequence} of ${bootId} is another entry's`,
    shard,
    ...from,
    content: JSON.stringify({ ...place, entry: JSON.parse(content) }),
  }
}
