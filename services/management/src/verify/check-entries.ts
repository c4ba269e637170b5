import { digestOf } from '../chain/batch-digest.js'
import { CHAIN_LIMITS } from '../chain/chain-limits.js'
import type { BatchRow } from '../chain/chain-rows.js'
import type { Read } from '../db/read.js'
import type { ChainSource } from './chain-source.js'
import type { Break } from './verdict.js'

/** What was found when sound links were checked. */
export interface CheckedEntries {
  readonly breaks: readonly Break[]
  /** How many entries there were. */
  readonly entries: number
  /** For each link that has entries, the time of its oldest one: Unix time in milliseconds. */
  readonly oldestMs: ReadonlyMap<number, number>
}

/** Compares the entries of sound links with what the links say of them. */
export async function checkEntries(
  read: Read,
  source: ChainSource,
  links: readonly BatchRow[],
  keptFrom: string | null,
): Promise<CheckedEntries> {
  const breaks: Break[] = []
  const oldestMs = new Map<number, number>()
  let entries = 0
  for (const some of inPortions(links)) {
    const found = await source.entriesOf(read, some)
    for (const link of some) {
      const held = found.get(link.number)
      const texts = held?.texts ?? []
      entries += texts.length
      if (held) oldestMs.set(link.number, held.oldestMs)
      const broken = breakOf(link, texts, keptFrom)
      if (broken) breaks.push(broken)
    }
  }
  return { breaks, entries, oldestMs }
}

function breakOf(link: BatchRow, texts: readonly string[], keptFrom: string | null): Break | undefined {
  const { number, day } = link
  const broken = (kind: Break['kind'], detail: string): Break => ({ kind, link: number, day, detail })
  const hasRunOut = keptFrom !== null && day < keptFrom && texts.length === 0
  if (hasRunOut) return undefined
  if (texts.length < link.entries)
    return broken('entry-missing', `only ${texts.length} of its ${link.entries} entries exist`)
  if (texts.length > link.entries) return broken('entry-extra', `more than its ${link.entries} entries exist`)
  if (!digestOf(texts).equals(link.digest))
    return broken('entry-edited', `one or more of its ${link.entries} entries were changed`)
  return undefined
}

/** Divides the links so that few enough entries are held at once. */
function* inPortions(links: readonly BatchRow[]): Generator<readonly BatchRow[]> {
  let portion: BatchRow[] = []
  let entries = 0
  for (const link of links) {
    if (portion.length > 0 && entries + link.entries > CHAIN_LIMITS.batchEntriesMax) {
      yield portion
      portion = []
      entries = 0
    }
    portion.push(link)
    entries += link.entries
  }
  if (portion.length > 0) yield portion
}
