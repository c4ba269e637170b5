import { FIRST_HEAD } from '@protectmyapi/service-kit/head-chain'
import { CHAIN_LIMITS } from '../chain/chain-limits.js'
import { batchesAfter, checkpointsBetween, UNSIGNED } from '../chain/chain-rows.js'
import { type SignedByVault, signedByVault, VAULT_SKEW_MS } from '../chain/signed-by-vault.js'
import { bytesOf, countOf } from '../chain/stored-values.js'
import type { Read } from '../db/read.js'
import type { Snapshot } from '../db/snapshot.js'
import type { DescribedHead, SignedHead } from '../vault/head-witness.js'
import type { ChainSource } from './chain-source.js'
import { type Following, followLinks } from './follow-links.js'
import { alteredMeanwhile, type Standing, standingOf } from './standing.js'
import type { Progress, Verdict } from './verdict.js'
import { beginWalk, type Walk } from './walk.js'

const LIMITS = CHAIN_LIMITS.verify

export interface WalkDeps {
  readonly snapshot: Omit<Snapshot, 'close'>
  /**
   * What checkTables found wrong with the tables in the snapshot. If there is anything, what they hold is not judged.
   */
  readonly alterations: readonly string[]
  /** The tables as the snapshot describes them. */
  readonly standing: readonly Standing[]
  /** Reads what has been committed since, for links that the vault has signed since. */
  readonly readNow: Read
}

/**
 * Walks a chain from the oldest link that is kept to its head: links, entries, signed heads, and last of all what the
 * vault remembers. It goes page by page: in memory are the links of one page and the entries of about one batch. Only
 * the first breaks are named; a break of the links themselves ends the walk.
 *
 * @param described by the vault, after the snapshot was taken: asked before, the vault's own reading would have
 * betrayed this one.
 */
export async function* walkChain(
  { snapshot, alterations, standing, readNow }: WalkDeps,
  source: ChainSource,
  described: DescribedHead,
): AsyncGenerator<Progress | Verdict, void, undefined> {
  const { read, takenMs, touched, withheld } = snapshot
  const { chain } = source
  const { last } = described
  const byVault = signedByVault(described)
  const walk = beginWalk()
  for (const detail of alterations) walk.add({ kind: 'table-altered', link: null, day: null, detail })
  if (walk.isOver()) {
    yield verdictOf(walk, chain, last)
    return
  }
  const vouching = { byVault, last }
  yield* walkLinks(read, walk, source, vouching)
  walk.endsAt(takenMs)
  yield* walkOn(readNow, walk, source, { ...vouching, asOfMs: takenMs })
  await lookOutside(read, walk, chain)
  if (walk.signed > (last?.count ?? 0))
    walk.note('vault-behind', walk.signed, `the vault signed this link, but remembers only ${last?.count ?? 0} links`)
  await lookForStrays(read, walk, source)
  // Last, so that what has been undone by now shows too.
  const now = await standingOf(readNow)
  const keptFrom = await source.keptFrom(readNow)
  for (const detail of alteredMeanwhile({ before: standing, touched, withheld, now, keptFrom }))
    walk.add({ kind: 'table-altered', link: null, day: null, detail })
  yield verdictOf(walk, chain, last)
}

type Vouching = Pick<Following, 'byVault' | 'last'>

/** All links that the head counts. */
async function* walkLinks(
  read: Read,
  walk: Walk,
  source: ChainSource,
  vouching: Vouching,
): AsyncGenerator<Progress, void, undefined> {
  const { chain } = source
  const head = await headOf(read, chain)
  for (let isFirst = true; walk.count < head.count && !walk.isOver(); isFirst = false) {
    const links = await batchesAfter(read, chain, { after: walk.count, through: head.count, limit: LIMITS.linksPage })
    // By the present time and not the snapshot's, because a day that expires meanwhile is dropped for every snapshot.
    const keptFrom = await source.keptFrom(read)
    const first = links[0]?.number ?? head.count + 1
    if (isFirst) await begin(read, walk, { chain, first, keptFrom, byVault: vouching.byVault })
    if (walk.isOver()) break
    const kept = await checkpointsBetween(read, chain, { from: walk.count + 1, through: links.at(-1)?.number ?? 0 })
    await followLinks(read, walk, source, { ...vouching, links, kept, keptFrom, knownMs: Number.POSITIVE_INFINITY })
    if (links.length === 0 && walk.count < head.count)
      walk.note('link-missing', walk.count + 1, 'the head counts this link, but it is missing')
    yield { type: 'progress', chain, link: walk.count, of: head.count, entries: walk.entries }
  }
  if (!walk.isOver()) endOf(walk, head)
}

/**
 * Links that the vault has signed since. They follow from those that were there, or else those are not what it signed.
 */
async function* walkOn(
  readNow: Read,
  walk: Walk,
  source: ChainSource,
  { byVault, last, asOfMs }: Vouching & { readonly asOfMs: number },
): AsyncGenerator<Progress, void, undefined> {
  const { chain } = source
  const count = last?.count ?? 0
  // What it signed long before was there already, or had been taken away.
  const isRecent = last !== undefined && last.signedAtMs > asOfMs - VAULT_SKEW_MS
  while (isRecent && walk.count < count && !walk.isOver()) {
    const links = await batchesAfter(readNow, chain, { after: walk.count, through: count, limit: LIMITS.linksPage })
    if (links.length === 0) break
    const keptFrom = await source.keptFrom(readNow)
    const page = { byVault, last, links, kept: [], keptFrom, knownMs: asOfMs }
    const oldestMs = await followLinks(readNow, walk, source, page)
    if (oldestMs < asOfMs - LIMITS.lateMs)
      walk.note('truncated', walk.count, 'links were hidden, or recorded late, while the chain was read; verify again')
    yield { type: 'progress', chain, link: walk.count, of: count, entries: walk.entries }
  }
  if (walk.count < count && !walk.isOver())
    walk.note('truncated', walk.count, `the vault signed ${count} links, but only ${walk.count} are stored`)
}

interface Head {
  readonly count: number
  readonly head: Buffer
  /** What is wrong with the head's mark; null if it is right. */
  readonly markedWrong: string | null
}

/**
 * The kept signed heads and the mark are committed together. A head that is marked as signed although it is not would
 * never be signed, and what it covers could be altered whenever its chain is idle. The opposite error is put right by
 * the next round of signing.
 */
async function headOf(read: Read, chain: string): Promise<Head> {
  const [row] = await read<{ count: string; head: Buffer | null; markedWrong: string | null }>(
    `SELECT count, head, CASE
       WHEN unsigned_since <> ?::timestamptz THEN 'it is marked with a time that management never writes'
       WHEN unsigned_since IS NULL
         AND count <> (SELECT coalesce(pg_catalog.max(count), 0) FROM chain_checkpoints AS kept WHERE kept.chain = chain_heads.chain)
         THEN 'it is marked as signed, but no signed head of it is stored'
     END AS "markedWrong"
     FROM chain_heads WHERE chain = ?`,
    [UNSIGNED, chain],
  )
  return row
    ? { ...row, count: countOf(row.count), head: bytesOf(row.head) }
    : { count: 0, head: FIRST_HEAD, markedWrong: null }
}

interface Beginning {
  readonly chain: string
  readonly first: number
  readonly keptFrom: string | null
  readonly byVault: SignedByVault
}

/** Links before the first one may have expired, if the vault signed the head that they led to long enough ago. */
async function begin(read: Read, walk: Walk, { chain, first, keptFrom, byVault }: Beginning): Promise<void> {
  if (first === 1) return
  const [kept] = await checkpointsBetween(read, chain, { from: first - 1, through: first - 1 })
  const isOld = kept && keptFrom !== null && kept.signedAtMs < Date.parse(`${keptFrom}T00:00:00Z`)
  if (!kept || !isOld || !byVault.isSigned(chain, kept)) {
    walk.note('link-missing', 1, `links 1 to ${first - 1} are missing but have not expired`)
    return
  }
  // Expired links are nowhere else: that they expired rests on this signature, and on the time that it claims.
  if (byVault.knownSinceMs(kept) !== undefined) walk.doubtBeginning(kept.count)
  Object.assign(walk, {
    count: kept.count,
    head: kept.head,
    from: first,
    vouched: kept.count,
    signed: kept.count,
    kept: kept.count,
  })
}

function endOf(walk: Walk, head: Head): void {
  if (!head.head.equals(walk.head))
    walk.note('head-altered', head.count, 'the stored head is not that of the last link')
  if (head.markedWrong !== null) walk.note('head-altered', head.count, head.markedWrong)
}

/**
 * Looks for what no genuine chain has outside its counted links: a link and the head that counts it are committed
 * together, and what has expired goes at once.
 */
async function lookOutside(read: Read, walk: Walk, chain: string): Promise<void> {
  const rows = await read<{ kind: 'link-extra' | 'signed-head-extra'; number: string }>(
    `WITH bounds AS (
       SELECT coalesce((SELECT count FROM chain_heads WHERE chain = ?), 0) AS through,
         (SELECT pg_catalog.min(number) FROM chain_batches WHERE chain = ? AND number > 0) AS first
     )
     (SELECT 'link-extra' AS kind, number FROM chain_batches WHERE chain = ? AND number < 1 LIMIT 1)
     UNION ALL (SELECT 'link-extra', number FROM chain_batches, bounds WHERE chain = ? AND number > through LIMIT 1)
     UNION ALL (SELECT 'signed-head-extra', count FROM chain_checkpoints, bounds
       WHERE chain = ? AND (count < greatest(first - 1, 1) OR count > through) LIMIT 1)`,
    Array.from({ length: 5 }, () => chain),
  )
  const details = {
    'link-extra': 'the head does not count this link',
    'signed-head-extra': 'a signed head without its link',
  }
  for (const { kind, number } of rows) walk.note(kind, countOf(number), `${details[kind]}: ${number}`)
}

async function lookForStrays(read: Read, walk: Walk, source: ChainSource): Promise<void> {
  for await (const { batch, day } of source.strays(read)) {
    const detail = batch === null ? 'entries that name no batch' : `entries of batch ${batch}, which no link names`
    walk.add({ kind: 'entry-extra', link: null, day, detail })
    if (walk.breaks.length >= LIMITS.breaksNamed) return
  }
}

function verdictOf(
  { breaks, from, count, entries, doubtful, late }: Walk,
  chain: string,
  last: SignedHead | undefined,
): Verdict {
  return {
    type: 'verdict',
    chain,
    ok: breaks.length === 0,
    from,
    through: count,
    entries,
    signed: last ? { through: last.count, at: new Date(last.signedAtMs).toISOString() } : null,
    doubtful,
    late,
    breaks,
  }
}
