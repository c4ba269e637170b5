import { FIRST_HEAD } from '@protectmyapi/service-kit/head-chain'
import type { Read } from '../db/read.js'
import type { DescribedHead, HeadWitness, SignedHead } from '../vault/head-witness.js'
import { CHAIN_LIMITS } from './chain-limits.js'
import { type BatchRow, batchesAfter, checkpointsBetween, type KeptHead, UNSIGNED } from './chain-rows.js'
import type { ChainSource } from './chain-source.js'
import { checkEntries } from './check-entries.js'
import { breakOfLink } from './check-link.js'
import { checkTables } from './check-tables.js'
import { type SignedByVault, signedByVault } from './signed-by-vault.js'
import { bytesOf, countOf } from './stored-values.js'
import type { Progress, Verdict } from './verdict.js'
import { beginWalk, type Walk } from './walk.js'
import { writtenAnew } from './written-anew.js'

const LIMITS = CHAIN_LIMITS.verify

export interface WalkDeps {
  readonly read: Read
  /** Of what is read: Unix time in milliseconds. */
  readonly asOfMs: number
  readonly vault: Pick<HeadWitness, 'describeHead'>
}

/**
 * Looks whether the tables themselves are read, then walks a chain from the oldest link that is kept to its head: links,
 * entries, signed heads, and last of all what the vault remembers. Page after page; in memory are the links of one page and
 * the entries of about one batch. Of many breaks the first are named; one of the links themselves ends the walk.
 *
 * Answers `ahead`, and has said nothing, where the vault remembers more than the head that is found, and may.
 *
 * @throws Fault UNAVAILABLE where the vault is away: an outage is no verdict.
 */
export async function* walkChain(
  { read, asOfMs, vault }: WalkDeps,
  source: ChainSource,
  described: DescribedHead & { readonly mayBeAhead: boolean },
): AsyncGenerator<Progress | Verdict, 'ahead' | 'judged', undefined> {
  const { chain } = source
  const { last } = described
  const byVault = signedByVault(described)
  const walk = beginWalk()
  for (const detail of await checkTables(read)) walk.add({ kind: 'table-altered', link: null, day: null, detail })
  if (walk.isOver()) {
    yield verdictOf(walk, chain, last)
    return 'judged'
  }
  const head = await headOf(read, chain)
  if (described.mayBeAhead && last && last.count > head.count) return 'ahead'

  for (let isFirst = true; walk.count < head.count && !walk.isOver(); isFirst = false) {
    const links = await batchesAfter(read, chain, { after: walk.count, through: head.count, limit: LIMITS.linksPage })
    // Of now: a day that runs out meanwhile is dropped for every snapshot.
    const keptFrom = await source.keptFrom(read)
    if (isFirst) await begin(read, walk, { chain, first: links[0]?.number ?? head.count + 1, keptFrom, byVault })
    if (walk.isOver()) break
    await follow(read, walk, source, { links, byVault, last, keptFrom })
    if (links.length === 0 && walk.count < head.count)
      walk.note('link-missing', walk.count + 1, 'it is counted by the head, and not there')
    yield { type: 'progress', chain, link: walk.count, of: head.count, entries: walk.entries }
  }
  if (!walk.isOver()) endOf(walk, head, last)
  walk.endsAt(asOfMs)
  await lookOutside(read, walk, chain)
  await lookAtVault(walk, chain, vault)
  await lookForStrays(read, walk, source)
  for (const detail of await writtenAnew(read)) walk.add({ kind: 'table-altered', link: null, day: null, detail })
  yield verdictOf(walk, chain, last)
  return 'judged'
}

interface Head {
  readonly count: number
  readonly head: Buffer
  /** What is wrong with its mark; null where it is right. */
  readonly markedWrong: string | null
}

/**
 * What is kept of signed heads and the mark are committed together. A head that is marked as signed and is
 * not would never be: what it covers could be altered whenever its chain is idle. The other way round the next round of
 * signing puts it right.
 */
async function headOf(read: Read, chain: string): Promise<Head> {
  const [row] = await read<{ count: string; head: Buffer | null; markedWrong: string | null }>(
    `SELECT count, head, CASE
       WHEN unsigned_since <> ?::timestamptz THEN 'it is marked by a time'
       WHEN unsigned_since IS NULL
         AND count <> (SELECT coalesce(pg_catalog.max(count), 0) FROM chain_checkpoints AS kept WHERE kept.chain = chain_heads.chain)
         THEN 'it is marked as signed, and no signed head of it is kept'
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

/** Links before the first one may have run out, if the vault signed the head that they led to so long ago. */
async function begin(read: Read, walk: Walk, { chain, first, keptFrom, byVault }: Beginning): Promise<void> {
  if (first === 1) return
  const [kept] = await checkpointsBetween(read, chain, { from: first - 1, through: first - 1 })
  const isOld = kept && keptFrom !== null && kept.signedAtMs < Date.parse(`${keptFrom}T00:00:00Z`)
  if (!kept || !isOld || !byVault.isSigned(chain, kept)) {
    walk.note('link-missing', 1, `links 1 to ${first - 1} are not there, and have not run out`)
    return
  }
  // What has run out is nowhere else: that it ran out rests on this signature, and on the time that it claims.
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

interface Following {
  readonly links: readonly BatchRow[]
  readonly byVault: SignedByVault
  readonly last: SignedHead | undefined
  readonly keptFrom: string | null
}

/** One page of links: each from the one before it, and the signed heads among them. */
async function follow(read: Read, walk: Walk, source: ChainSource, page: Following): Promise<void> {
  const { links, byVault, last, keptFrom } = page
  const { chain } = source
  const through = links.at(-1)?.number ?? walk.count
  const kept = await checkpointsBetween(read, chain, { from: walk.count + 1, through })
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
    if (atMs !== undefined) walk.signedAt(number, atMs)
  }
}

interface SignedHere {
  readonly chain: string
  readonly checkpoint: SignedHead | undefined
  readonly last: SignedHead | undefined
  readonly byVault: SignedByVault
}

/** Answers when the vault signed it, by its own word; undefined where it did not. */
function compareSigned(
  walk: Walk,
  { number, head }: BatchRow,
  { chain, checkpoint, last, byVault }: SignedHere,
): number | undefined {
  const isVaults = checkpoint !== undefined && byVault.isSigned(chain, checkpoint)
  if (checkpoint && !isVaults)
    walk.note('signature-invalid', number, 'no key of the vault’s signed the head that is kept here')
  if (isVaults) walk.signed = number
  const remembered = last?.count === number ? last : undefined
  const isRemembered = remembered !== undefined && byVault.isSigned(chain, remembered)
  if (remembered && !isRemembered)
    walk.note('signature-invalid', number, 'no key of the vault’s signed the head that it remembers')
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
      `the vault signed another head; the links since ${walk.vouched + 1} were written anew`,
    )
  else walk.vouched = number
  // What is remembered may have been signed anew since.
  return Math.min(...vouching.map(({ signedAtMs }) => signedAtMs))
}

/** Each names the one that was kept before it. */
function followKept(walk: Walk, { count, previous }: KeptHead): void {
  if (previous !== walk.kept)
    walk.note('signed-head-missing', count, `it was kept after that of link ${previous}; that of ${walk.kept} is there`)
  walk.kept = count
}

function endOf(walk: Walk, head: Head, last: SignedHead | undefined): void {
  if (!head.head.equals(walk.head)) walk.note('head-altered', head.count, 'the head is not that of the last link')
  if (head.markedWrong !== null) walk.note('head-altered', head.count, head.markedWrong)
  if (last && last.count > head.count)
    walk.note('truncated', head.count, `the vault signed ${last.count} links, ${head.count} are here`)
}

/** A link and the head that counts it are committed together, and what has run out goes at once. */
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
  const details = { 'link-extra': 'a link that the head does not count', 'signed-head-extra': 'there is no such link' }
  for (const { kind, number } of rows) walk.note(kind, countOf(number), `${details[kind]}: ${number}`)
}

/** It may have signed on since it was asked; so it is asked again before it is said to have forgotten. */
async function lookAtVault(walk: Walk, chain: string, vault: WalkDeps['vault']): Promise<void> {
  if (walk.signed === 0) return
  const { last }: DescribedHead = await vault.describeHead(chain)
  const remembered = last?.count ?? 0
  if (remembered < walk.signed)
    walk.note('vault-behind', walk.signed, `the vault signed it, and remembers ${remembered} links`)
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
