import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { type ManagementMeasures, NO_MEASURES } from '../telemetry/management-measures.js'
import { HEAD_LINKS_MAX, type HeadWitness } from '../vault/head-witness.js'
import { contentOf } from './batch-digest.js'
import { CHAIN_LIMITS } from './chain-limits.js'
import { batchesAfter, keepCheckpoint, keepSigned } from './chain-rows.js'

const LIMITS = CHAIN_LIMITS.signing

interface Deps {
  readonly db: Knex
  readonly vault: HeadWitness
  readonly clock: Clock
  readonly log: Logger
  readonly measures?: Pick<ManagementMeasures, 'headRefusals'>
}

interface UnsignedHead {
  readonly chain: string
  readonly count: number
  readonly head: Buffer
}

/**
 * One round: the vault is asked to sign the heads that have moved, one chain after the other of a few at once. A round
 * that ran out of time is gone on with by the next, so that no chain waits for ever behind others.
 *
 * The function throws Fault UNAVAILABLE, and what Postgres throws; then what was not reached is left for the next round.
 */
export function createSignHeads({ db, vault, clock, log, measures = NO_MEASURES }: Deps): () => Promise<void> {
  /** The last chain of the round before; '' to begin anew. */
  let reached = ''

  return async () => {
    const endMs = clock.monotonicMs() + LIMITS.roundMs
    while (clock.monotonicMs() < endMs) {
      const heads = await unsignedAfter(db, reached)
      if (heads.length === 0 && reached === '') return
      await inLanes(heads, LIMITS.lanes, (head) => sign(head))
      const isLastPage = heads.length < LIMITS.pageRows
      reached = isLastPage ? '' : (heads.at(-1)?.chain ?? '')
      if (isLastPage) return
    }
  }

  /** What the vault refuses stays unsigned, and is told with each round: somebody has to look. */
  async function sign(asked: UnsignedHead): Promise<void> {
    try {
      await signOne({ db, vault }, asked)
    } catch (err) {
      if (!(err instanceof Fault) || err.code === 'UNAVAILABLE') throw err
      measures.headRefusals.up('refused')
      log.error(
        { err, chain: asked.chain, count: asked.count },
        'the vault does not sign a head: its chain was altered',
      )
    }
  }
}

/** The vault's own word of what it signed last, not ours: whoever writes to our tables must not choose where it begins. */
async function signOne({ db, vault }: Pick<Deps, 'db' | 'vault'>, asked: UnsignedHead): Promise<void> {
  const { chain } = asked
  const { last } = await vault.describeHead(chain)
  // An answer that was lost, or a row that was taken away: what is signed next is kept after it.
  if (last) await keepCheckpoint(db, chain, last)
  const after = last?.count ?? asked.count
  const links = await batchesAfter(db, chain, { after, through: asked.count, limit: HEAD_LINKS_MAX })
  const end = links.at(-1)
  // More than one call takes: as far as it goes, and on with the next round.
  const { count, head } = end && end.number < asked.count ? { count: end.number, head: end.head } : asked
  const signed = await vault.signHead({ chain, count, head, links: links.map(contentOf) })
  await keepSigned(db, chain, signed)
}

async function unsignedAfter(db: Knex, chain: string): Promise<readonly UnsignedHead[]> {
  const { rows } = await db.raw<{ rows: { chain: string; count: string; head: Buffer }[] }>(
    `SELECT chain, count, head FROM chain_heads WHERE unsigned_since IS NOT NULL AND chain > ? ORDER BY chain LIMIT ?`,
    [chain, LIMITS.pageRows],
  )
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** So many at once; what one throws ends all, once those under way have ended. */
async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]()
  let failed = false
  const lane = async (): Promise<void> => {
    for (const item of left) {
      if (failed) return
      await work(item).catch((err: unknown) => {
        failed = true
        throw err
      })
    }
  }
  const settled = await Promise.allSettled(Array.from({ length: lanes }, lane))
  for (const one of settled) if (one.status === 'rejected') throw one.reason
}
