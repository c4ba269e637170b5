/** What is wrong with a chain. Part of the API: a word never changes its meaning. */
export const BREAKS = [
  /**
   * Something else stands in for a table, or it was altered or locked while it was read, so what was read need not be
   * what is there. If this is found at the beginning, nothing else is judged.
   */
  'table-altered',
  /** A link has as many entries as it had, but not the same. */
  'entry-edited',
  'entry-missing',
  'entry-extra',
  /** A link is not there. */
  'link-missing',
  /** A link is not what was appended at its place. */
  'link-altered',
  /** A genuine link in the place of another. */
  'link-reordered',
  /** A link that the head does not count. */
  'link-extra',
  /** The head is not that of the last link, or its mark (signed or not, or since when) is wrong. */
  'head-altered',
  /** There are fewer links than the vault signed, or some were hidden while the chain was read. */
  'truncated',
  /** Consistent in itself, but not what the vault signed: somebody rewrote it. */
  'rewritten',
  /** A signed head that no key of the vault signed. */
  'signature-invalid',
  /** A signed head is missing: the next one was kept after it. */
  'signed-head-missing',
  /** A signed head without a link. */
  'signed-head-extra',
  /** The vault signed more than it remembers: its own database was set back. */
  'vault-behind',
  /** Rows of a chain that no organization has. */
  'chain-unknown',
] as const

export interface Break {
  readonly kind: (typeof BREAKS)[number]
  /** The link where it shows; null for entries that name none. */
  readonly link: number | null
  /** Day of the entries; null if it is not about entries. */
  readonly day: string | null
  readonly detail: string
}

export interface Progress {
  readonly type: 'progress'
  readonly chain: string
  /** The last link looked at, and how many there are. */
  readonly link: number
  readonly of: number
  readonly entries: number
}

export interface Verdict {
  readonly type: 'verdict'
  readonly chain: string
  readonly ok: boolean
  /** The first link that is kept; those before it have expired. */
  readonly from: number
  readonly through: number
  /** Entries that were compared. */
  readonly entries: number
  /** What the vault vouches for; null if it never signed. Anything younger could have been altered unseen. */
  readonly signed: { readonly through: number; readonly at: string } | null
  /**
   * The first and the last link whose signed heads somebody else may have signed: with a key that others knew at the
   * time, and with no later head signed by another key. Null if there are none, as it is once the vault has signed on.
   * Not a break by itself: the chain was compared with what the vault remembers all the same.
   */
  readonly doubtful: { readonly from: number; readonly through: number } | null
  /**
   * The first and the last link that the vault signed, or still has not signed, so long after their entries' own time
   * that it is an alarm; and the longest such time, in whole seconds. Not a break: the vault or management was away, or
   * entries waited for their drain. Yet during that time, somebody who waited for a process to die could have altered
   * them unseen. Null if there are none.
   */
  readonly late: { readonly from: number; readonly through: number; readonly seconds: number } | null
  /** The first breaks that were found. */
  readonly breaks: readonly Break[]
}

/** Shown of a name that no chain has; there may be any number of such names, of any length. */
const NAME_SHOWN_CHARS = 1_000

/** The verdict on rows under a name that no chain has: what they hold cannot be judged. */
export function unknownChain(name: string): Verdict {
  const chain = name.slice(0, NAME_SHOWN_CHARS)
  const detail = 'no organization has a chain of this name'
  const breaks = [{ kind: 'chain-unknown', link: null, day: null, detail }] as const
  const nothing = { from: 1, through: 0, entries: 0, signed: null, doubtful: null, late: null }
  return { type: 'verdict', chain, ok: false, ...nothing, breaks }
}
