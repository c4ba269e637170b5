import type { BatchRow, KeptHead } from '../chain/chain-rows.js'
import type { SignedByVault } from '../chain/signed-by-vault.js'
import type { Read } from '../db/read.js'
import type { SignedHead } from '../vault/head-witness.js'
import type { ChainSource } from './chain-source.js'
import { checkEntries } from './check-entries.js'
import { breakOfLink } from './check-link.js'
import type { Walk } from './walk.js'

export interface Following {
  readonly links: readonly BatchRow[]
  /** The signed heads among them. */
  readonly kept: readonly KeptHead[]
  readonly byVault: SignedByVault
  readonly last: SignedHead | undefined
  readonly keptFrom: string | null
  /** No link counts as signed later than this, Unix time in milliseconds. */
  readonly knownMs: number
}

/**
 * Checks one page of links: that each follows from the one before it, and the signed heads among them. Returns the time
 * of its oldest entry, Unix time in milliseconds.
 */
export async function followLinks(read: Read, walk: Walk, source: ChainSource, page: Following): Promise<number> {
  const { links, kept, byVault, last, keptFrom, knownMs } = page
  const { chain } = source
  const checkpoints = new Map(kept.map((checkpoint) => [checkpoint.count, checkpoint]))
  const sound: BatchRow[] = []
  const signedMs = new Map<number, number>()
  for (const link of links) {
    const broken = breakOfLink({ chain, previous: walk.head, count: walk.count + 1, link, near: links })
    if (broken) walk.add(broken)
    const checkpoint = checkpoints.get(link.number)
    const atMs = broken ? undefined : compareSigned(walk, link, { chain, checkpoint, last, byVault })
    if (atMs !== undefined) signedMs.set(link.number, atMs)
    if (checkpoint) followKept(walk, checkpoint)
    if (walk.isOver()) break
    walk.count = link.number
    walk.head = link.head
    sound.push(link)
  }
  const { breaks, entries, oldestMs } = await checkEntries(read, source, sound, keptFrom)
  for (const broken of breaks) walk.add(broken)
  walk.entries += entries
  for (const { number } of sound) {
    walk.waits(number, oldestMs.get(number) ?? Number.POSITIVE_INFINITY)
    const atMs = signedMs.get(number)
    if (atMs !== undefined) walk.signedAt(number, Math.min(atMs, knownMs))
  }
  return Math.min(...oldestMs.values())
}

interface SignedHere {
  readonly chain: string
  readonly checkpoint: SignedHead | undefined
  readonly last: SignedHead | undefined
  readonly byVault: SignedByVault
}

/** Returns when the vault signed the head, by its own word; undefined if it did not. */
function compareSigned(
  walk: Walk,
  { number, head }: BatchRow,
  { chain, checkpoint, last, byVault }: SignedHere,
): number | undefined {
  const isVaults = checkpoint !== undefined && byVault.isSigned(chain, checkpoint)
  if (checkpoint && !isVaults)
    walk.note('signature-invalid', number, 'the stored signature of the head is by none of the vault’s keys')
  if (isVaults) walk.signed = number
  const remembered = last?.count === number ? last : undefined
  const isRemembered = remembered !== undefined && byVault.isSigned(chain, remembered)
  if (remembered && !isRemembered)
    walk.note('signature-invalid', number, 'the signature of the head that the vault remembers is by none of its keys')
  const vouching = [...(isVaults ? [checkpoint] : []), ...(isRemembered ? [remembered] : [])]
  if (vouching.length === 0) return undefined
  const isDoubtful = (signed: SignedHead): boolean =>
    signed.signedAtMs >= (byVault.knownSinceMs(signed) ?? Number.POSITIVE_INFINITY)
  if (vouching.every(isDoubtful)) walk.doubt(number)
  else walk.lift()
  if (vouching.some((signed) => !signed.head.equals(head)))
    walk.note(
      'rewritten',
      number,
      `the vault signed a different head; links from ${walk.vouched + 1} on were rewritten`,
    )
  else walk.vouched = number
  // The earlier time, because the remembered head may have been signed again since.
  return Math.min(...vouching.map(({ signedAtMs }) => signedAtMs))
}

/** Checks that a kept head names the one that was kept before it. */
function followKept(walk: Walk, { count, previous }: KeptHead): void {
  if (previous !== walk.kept)
    walk.note(
      'signed-head-missing',
      count,
      `this signed head was stored after that of link ${previous}, but the one found before it is of link ${walk.kept}`,
    )
  walk.kept = count
}
