import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { CHAIN_LIMITS } from './chain-limits.js'

/** The hash of a chain's last link, when there were so many. */
export interface Head {
  readonly count: number
  readonly head: Buffer
}

/** What one transaction made of the head of a chain. */
export interface AppendedHead {
  readonly chain: string
  readonly before: Head
  readonly after: Head
}

/** Of one chain, from the moment of their commits. */
export interface WaitingHeads {
  /** The first of ours that is not known to be signed. */
  readonly oldest: Head
  readonly newest: Head
  /** Monotonic: since when the oldest waits. */
  readonly sinceMs: number
  /** We went on from another head than the newest of ours: it is held for good, and nothing leads through it. */
  readonly isForked: boolean
}

/**
 * What this process has appended and has not seen signed. Whoever writes to the tables can take a mark off, cut the end of
 * a chain and put it back, or write it anew before it is signed; here they reach nothing. What dies with the process is
 * found by what the tables say.
 */
export interface AppendedHeads {
  /** Once it is committed. */
  note(appended: readonly AppendedHead[]): void
  of(chain: string): WaitingHeads | undefined
  /** For how long the oldest of each chain has waited, in milliseconds. */
  ages(): ReadonlyMap<string, number>
  /** The chain is signed through this count, and leads through the heads that were seen to wait. */
  settle(chain: string, seen: WaitingHeads, through: number): void
}

export function createAppendedHeads(clock: Pick<Clock, 'monotonicMs'>): AppendedHeads {
  const waiting = new Map<string, WaitingHeads>()

  function noteOne({ chain, before, after }: AppendedHead): void {
    const held = waiting.get(chain)
    if (!held) {
      const begun = { oldest: after, newest: after, sinceMs: clock.monotonicMs(), isForked: false }
      if (waiting.size < CHAIN_LIMITS.signing.rememberedMax) waiting.set(chain, begun)
      return
    }
    const { newest, sinceMs } = held
    // The chain was cut, and what is held is not in it; or this commit is told after a later one.
    if (held.isForked || before.count < newest.count) return
    const isForked = before.count === newest.count && !before.head.equals(newest.head)
    waiting.set(chain, isForked ? { oldest: newest, newest, sinceMs, isForked } : { ...held, newest: after })
  }

  return {
    note: (appended) => appended.forEach(noteOne),
    of: (chain) => waiting.get(chain),
    ages() {
      const nowMs = clock.monotonicMs()
      return new Map([...waiting].map(([chain, { sinceMs }]) => [chain, nowMs - sinceMs]))
    },
    settle(chain, seen, through) {
      const held = waiting.get(chain)
      if (held?.oldest !== seen.oldest || through < seen.oldest.count) return
      const { newest } = held
      if (newest === seen.newest && newest.count <= through) waiting.delete(chain)
      else waiting.set(chain, { oldest: newest, newest, sinceMs: clock.monotonicMs(), isForked: false })
    },
  }
}

/** Everything that appends has its database at hand, and nothing else in common. */
const remembering = new WeakMap<Knex, AppendedHeads>()

/** What is appended through this database is remembered from now on. A command, which ends at once, remembers nothing. */
export const rememberAppended = (db: Knex, heads: AppendedHeads): void => void remembering.set(db, heads)

/** What a transaction answers that has appended to chains. */
export type Appending<Done> = Done & { readonly appended: readonly AppendedHead[] }

/** A transaction that appends to chains: what it appended is noted once it is committed. */
export async function appendingIn<Done extends object>(
  db: Knex,
  work: (trx: Knex.Transaction) => Promise<Appending<Done>>,
): Promise<Done> {
  const done = await db.transaction(work)
  remembering.get(db)?.note(done.appended)
  return done
}
