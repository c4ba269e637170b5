import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { CHAIN_LIMITS } from './chain-limits.js'

const LIMITS = CHAIN_LIMITS.signing

/** For how long heads have been unsigned, by this process's own memory: a time in a table could be set by who writes there. */
export interface UnsignedWatch {
  /** Looks again; of very many at the first. */
  look(): Promise<UnsignedHeads>
}

export interface UnsignedHeads {
  /** 0 where all are signed. */
  readonly oldestMs: number
  /** How many have been for so long that it is an alarm. */
  readonly overdue: number
}

interface Unsigned {
  /** How many links the vault has signed: where these grow more, somebody signs. */
  readonly signed: string
  readonly seenMs: number
}

export function createUnsignedWatch(db: Knex, clock: Clock): UnsignedWatch {
  let seen: ReadonlyMap<string, Unsigned> = new Map()
  return {
    async look() {
      const { rows } = await db.raw<{ rows: { chain: string; signed: string }[] }>(
        `SELECT chain, (
           SELECT coalesce(max(count), 0) FROM chain_checkpoints AS signed WHERE signed.chain = chain_heads.chain
         ) AS signed
         FROM chain_heads WHERE unsigned_since IS NOT NULL ORDER BY chain LIMIT ?`,
        [LIMITS.watchedMax],
      )
      const nowMs = clock.monotonicMs()
      seen = new Map(
        rows.map(({ chain, signed }) => {
          const before = seen.get(chain)
          return [chain, before?.signed === signed ? before : { signed, seenMs: nowMs }]
        }),
      )
      const ages = [...seen.values()].map(({ seenMs }) => nowMs - seenMs)
      return { oldestMs: Math.max(0, ...ages), overdue: ages.filter((ms) => ms > LIMITS.unsignedToldMs).length }
    },
  }
}

/** Says that heads have been unsigned for long: what they cover could be altered unseen meanwhile. An alarm. */
export async function tellUnsigned(watch: UnsignedWatch, log: Logger): Promise<void> {
  const { oldestMs, overdue } = await watch.look()
  if (overdue > 0) log.error({ heads: overdue, oldestMs: Math.round(oldestMs) }, 'head unsigned')
}
