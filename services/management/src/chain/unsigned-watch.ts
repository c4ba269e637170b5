import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { AppendedHeads } from './appended-heads.js'
import { CHAIN_LIMITS } from './chain-limits.js'

const LIMITS = CHAIN_LIMITS.signing

/**
 * How long heads have been unsigned, by this process's own memory, because an attacker who can write to a table could
 * set a time in it. Covers the heads that the tables mark, and those that this process appended, whatever the tables
 * say.
 */
export interface UnsignedWatch {
  /** Looks again; at the first `watchedMax` heads if there are more. @throws what Postgres throws. */
  look(): Promise<UnsignedHeads>
  /** By the last look, and by what was appended since. */
  known(): UnsignedHeads
}

export interface UnsignedHeads {
  /** 0 if all are signed. */
  readonly oldestMs: number
  /** How many have been unsigned so long that it is an alarm. */
  readonly overdue: number
}

interface Unsigned {
  /** How many links the vault has signed. If that number grows, somebody signs, and the wait starts over. */
  readonly signed: string
  readonly seenMs: number
}

export function createUnsignedWatch(db: Knex, clock: Clock, appended: Pick<AppendedHeads, 'ages'>): UnsignedWatch {
  let seen: ReadonlyMap<string, Unsigned> = new Map()

  function known(): UnsignedHeads {
    const nowMs = clock.monotonicMs()
    const ages = new Map(appended.ages())
    for (const [chain, { seenMs }] of seen) ages.set(chain, Math.max(ages.get(chain) ?? 0, nowMs - seenMs))
    const waits = [...ages.values()]
    return {
      oldestMs: waits.reduce((oldest, ms) => Math.max(oldest, ms), 0),
      overdue: waits.filter((ms) => ms > LIMITS.unsignedToldMs).length,
    }
  }

  return {
    known,
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
      return known()
    },
  }
}

/** Raises an alarm if heads have been unsigned for long, because what they cover could be altered unseen meanwhile. */
export async function tellUnsigned(watch: UnsignedWatch, log: Logger): Promise<void> {
  try {
    await watch.look()
  } finally {
    // Even if the look failed: otherwise an attacker could suppress the alarm by locking the tables.
    const { oldestMs, overdue } = watch.known()
    if (overdue > 0) log.error({ heads: overdue, oldestMs: Math.round(oldestMs) }, 'head unsigned')
  }
}
