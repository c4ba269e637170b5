import { headAfter } from '@protectmyapi/service-kit/head-chain'
import { contentOf } from '../chain/batch-digest.js'
import { CHAIN_LIMITS } from '../chain/chain-limits.js'
import type { BatchRow } from '../chain/chain-rows.js'
import type { Break } from './verdict.js'

interface Expected {
  readonly chain: string
  /** The head before this link. */
  readonly previous: Buffer
  /** The number that should come next. */
  readonly count: number
  readonly link: BatchRow
  /** The links around it, one of which may belong here. */
  readonly near: readonly BatchRow[]
}

/** Returns undefined if the link follows from the one before it. */
export function breakOfLink({ chain, previous, count, link, near }: Expected): Break | undefined {
  const broken = (kind: Break['kind'], detail: string): Break => ({ kind, link: count, day: null, detail })
  if (link.number !== count) return broken('link-missing', `link ${count - 1} is followed by link ${link.number}`)
  // Checked first, because so many entries of it are read later.
  if (link.entries < 0 || link.entries > CHAIN_LIMITS.batchEntriesMax)
    return broken('link-altered', `it claims ${link.entries} entries, more than any link may have`)
  const headWith = (other: BatchRow): Buffer => headAfter({ chain, count, previous, content: contentOf(other) })
  if (headWith(link).equals(link.head)) return undefined
  // Whole rows may have changed places, or only what they hold.
  const belongs = near.find((other) => {
    if (other === link) return false
    const head = headWith(other)
    return head.equals(other.head) || head.equals(link.head)
  })
  if (belongs) return broken('link-reordered', `link ${belongs.number} belongs here`)
  return broken('link-altered', 'it does not follow from the link before it')
}
