/** What is wrong with a chain. Part of the API: a word is never given another meaning. */
export const BREAKS = [
  /** Something else stands in for a table, so that what is read need not be what is there. Nothing else was judged. */
  'table-altered',
  /** The entries of a link are as many as they were, and not the same. */
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
  /** The head is not that of the last link, or its mark is wrong: signed, or not, or since when. */
  'head-altered',
  /** Fewer links than the vault signed, or some that were hidden while it was read. */
  'truncated',
  /** Consistent in itself, and not what the vault signed: written anew. */
  'rewritten',
  /** A signed head that no key of the vault's signed. */
  'signature-invalid',
  /** A signed head that the next one was kept after is not there. */
  'signed-head-missing',
  /** A signed head of no link. */
  'signed-head-extra',
  /** The vault signed more than it remembers: its own database was set back. */
  'vault-behind',
  /** Rows of a chain that no organization has. */
  'chain-unknown',
] as const

export interface Break {
  readonly kind: (typeof BREAKS)[number]
  /** The link where it shows, null for entries that name none. */
  readonly link: number | null
  /** Of the entries; null where it is not about any. */
  readonly day: string | null
  readonly detail: string
}

export interface Progress {
  readonly type: 'progress'
  readonly chain: string
  /** The last link looked at, of how many. */
  readonly link: number
  readonly of: number
  readonly entries: number
}

export interface Verdict {
  readonly type: 'verdict'
  readonly chain: string
  readonly ok: boolean
  /** The first link that is kept; those before it have run out. */
  readonly from: number
  readonly through: number
  /** Entries that were compared. */
  readonly entries: number
  /** What the vault vouches for; null where it never signed. What is younger could have been altered unseen. */
  readonly signed: { readonly through: number; readonly at: string } | null
  /**
   * The first and the last link whose signed heads somebody else may have signed: by a key that was known to others at
   * the time, and no head behind them by another. Null where there are none, as it is once the vault has signed on. No
   * break by itself: what the vault remembers was compared all the same.
   */
  readonly doubtful: { readonly from: number; readonly through: number } | null
  /**
   * The first and the last link that the vault signed so long after their entries' own time that it is an alarm, or has
   * not signed for so long, and the longest such time, in whole seconds. No break: the vault or management was away, or
   * entries waited for their drain. Yet for so long they could have been altered unseen, by somebody who waited for a
   * process to die. Null where there are none.
   */
  readonly late: { readonly from: number; readonly through: number; readonly seconds: number } | null
  /** The first of them. */
  readonly breaks: readonly Break[]
}

/** Of a name that no chain has; there may be any number of any length. */
const NAME_SHOWN_CHARS = 1_000

/** Of rows that bear a name which no chain has: what they hold cannot be judged. */
export function unknownChain(name: string): Verdict {
  const chain = name.slice(0, NAME_SHOWN_CHARS)
  const detail = 'no organization has a chain of this name'
  const breaks = [{ kind: 'chain-unknown', link: null, day: null, detail }] as const
  const nothing = { from: 1, through: 0, entries: 0, signed: null, doubtful: null, late: null }
  return { type: 'verdict', chain, ok: false, ...nothing, breaks }
}
