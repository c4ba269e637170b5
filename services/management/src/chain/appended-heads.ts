import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { CHAIN_LIMITS } from './chain-limits.js'

/** The hash of a chain's last link, when the chain had `count` links. */
export interface Head {
  readonly count: number
  readonly head: Buffer
}

/** How one transaction moved the head of a chain. */
export interface AppendedHead {
  readonly chain: string
  readonly before: Head
  readonly after: Head
}

/** The heads of one chain that wait to be signed, from the moment of their commits. */
export interface WaitingHeads {
  /** The first head of this process that is not known to be signed. */
  readonly oldest: Head
  readonly newest: Head
  /** Monotonic: since when the oldest waits. */
  readonly sinceMs: number
  /**
   * This process's last append followed another head than its newest one. `oldest` is then that newest head, held for
   * good, because the chain does not lead through it.
   */
  readonly isForked: boolean
}

/**
 * What this process has appended and has not seen signed. An attacker who can write to the tables can remove a mark,
 * cut the end of a chain and put it back, or rewrite it before it is signed, but cannot reach this memory. What is lost
 * when the process ends is found by what the tables say.
 */
export interface AppendedHeads {
  /** To be called once the transaction is committed. */
  note(appended: readonly AppendedHead[]): void
  of(chain: string): WaitingHeads | undefined
  /** For how long the oldest of each chain has waited, in milliseconds. */
  ages(): ReadonlyMap<string, number>
  /** The chain is signed through this count, and leads through the heads in `seen`. */
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
    // The chain was cut and no longer contains the held head, or this commit is noted after a later one.
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

/** Keyed by database, because everything that appends has that at hand, and nothing else in common. */
const remembering = new WeakMap<Knex, AppendedHeads>()

/**
 * From now on, remembers what is appended through this database. A command remembers nothing, because it ends at once.
 */
export const rememberAppended = (db: Knex, heads: AppendedHeads): void => void remembering.set(db, heads)

/** What a transaction that appended to chains returns. */
export type Appending<Done> = Done & { readonly appended: readonly AppendedHead[] }

/** Runs a transaction that appends to chains, and notes what it appended once it is committed. */
export async function appendingIn<Done extends object>(
  db: Knex,
  work: (trx: Knex.Transaction) => Promise<Appending<Done>>,
): Promise<Done> {
  const done = await db.transaction(work)
  remembering.get(db)?.note(done.appended)
  return done
}
