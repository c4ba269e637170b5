import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { type ManagementMeasures, NO_MEASURES } from '../telemetry/management-measures.js'
import type { HeadWitness } from '../vault/head-witness.js'
import type { AppendedHeads, Head } from './appended-heads.js'
import { CHAIN_LIMITS } from './chain-limits.js'
import { createCompareHeads, type StoredHead } from './compare-heads.js'
import { signChain } from './sign-chain.js'
import { bytesOf, countOf } from './stored-values.js'

const LIMITS = CHAIN_LIMITS.signing

interface SignHeadsDeps {
  readonly db: Knex
  readonly vault: HeadWitness
  readonly clock: Clock
  readonly log: Logger
  readonly appended: AppendedHeads
  readonly measures?: Pick<ManagementMeasures, 'headRefusals'>
}

/**
 * Each method throws Fault UNAVAILABLE, and what Postgres throws; what it did not reach is then left for the next
 * round.
 */
export interface SignHeads {
  /**
   * The part of a round that one management does for all. It signs the heads that are marked as unsigned, in the order
   * of their chains and a few at once, and then, from some of the others, those that are marked as signed although the
   * vault has not signed them. A round that ran out of time is continued by the next, so that no chain waits forever
   * behind others.
   */
  ofAll(): Promise<void>
  /**
   * The part that each management does for itself, even if another one holds the lease: signing what it appended that
   * nobody had signed in time.
   */
  own(): Promise<void>
}

export function createSignHeads({ db, vault, clock, log, appended, measures = NO_MEASURES }: SignHeadsDeps): SignHeads {
  /** The last chain of the round before; '' to start over. */
  let reached = ''
  const compareHeads = createCompareHeads({ db, vault })

  /** A head that the vault refuses stays unsigned and is logged in each round, because somebody has to look. */
  async function sign(chain: string, stored?: Head): Promise<void> {
    const waiting = appended.of(chain)
    const heads = [...(waiting ? [waiting.oldest, waiting.newest] : []), ...(stored ? [stored] : [])]
    // The other part has settled it meanwhile.
    if (heads.length === 0) return
    try {
      const through = await signChain({ db, vault }, chain, heads)
      if (waiting) appended.settle(chain, waiting, through)
    } catch (err) {
      if (!(err instanceof Fault) || err.code === 'UNAVAILABLE') throw err
      measures.headRefusals.up('refused')
      const count = Math.max(...heads.map((head) => head.count))
      log.error({ err, chain, count }, 'the vault does not sign a head: its chain was altered')
    }
  }

  async function ofMarked(): Promise<void> {
    const endMs = clock.monotonicMs() + LIMITS.roundMs
    while (clock.monotonicMs() < endMs) {
      const heads = await unsignedAfter(db, reached)
      if (heads.length === 0 && reached === '') return
      await inLanes(heads, (head) => sign(head.chain, head))
      const isLastPage = heads.length < LIMITS.pageRows
      reached = isLastPage ? '' : (heads.at(-1)?.chain ?? '')
      if (isLastPage) return
    }
  }

  return {
    async ofAll() {
      await ofMarked()
      await inLanes(await compareHeads(), (head) => sign(head.chain, head))
    },
    async own() {
      const due = [...appended.ages()].filter(([, ms]) => ms > LIMITS.ownAfterMs)
      await inLanes(due, ([chain]) => sign(chain))
    },
  }
}

async function unsignedAfter(db: Knex, chain: string): Promise<readonly StoredHead[]> {
  const { rows } = await db.raw<{ rows: { chain: string; count: string; head: Buffer | null }[] }>(
    `SELECT chain, count, head FROM chain_heads WHERE unsigned_since IS NOT NULL AND chain > ? ORDER BY chain LIMIT ?`,
    [chain, LIMITS.pageRows],
  )
  return rows.map((row) => ({ ...row, count: countOf(row.count), head: bytesOf(row.head) }))
}

/** Works on a few items at once. A failure ends all of it, and is thrown once the items under way have ended. */
async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
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
  const settled = await Promise.allSettled(Array.from({ length: LIMITS.lanes }, lane))
  for (const one of settled) if (one.status === 'rejected') throw one.reason
}
