import { systemActor } from '../audit/audit-entry.js'
import { createCommitOnly } from '../feed/commit-change.js'
import { destroyWithdrawn } from './destroy-withdrawn.js'
import { lockSigningKeys } from './make-signing-key.js'
import { type RotateDeps, rotateSigningKey } from './rotate-signing-key.js'
import { agedKeys, dueKeys, keysLeftBehind } from './signing-key-rows.js'
import { auditOf, withdraw } from './withdraw-keys.js'

const LIMITS = {
  /** A rotation under way ends within the vault's deadline of 4 s. A key that is pending for longer was left behind. */
  pendingMsMax: 30_000,
} as const

const TENDER = systemActor('key-rotation')

export interface TendDeps extends RotateDeps {
  /** A key that has signed for this many days is replaced. */
  readonly keyDaysMax: number
}

/**
 * Does what time and crashes require of the signing keys. Each step is safe to repeat, and safe when several
 * managements run it at once. If one fails, the rest is left to the next run.
 *
 * @throws Fault UNAVAILABLE while the vault is away.
 */
export async function tendSigningKeys(deps: TendDeps): Promise<void> {
  await withdrawDue(deps)
  await giveUpLeftBehind(deps)
  await destroyWithdrawn(deps)
  await rotateByAge(deps)
}

/** Withdraws outgoing keys once everything that they signed has ended. */
async function withdrawDue({ db, waitUntilSeen }: TendDeps): Promise<void> {
  if ((await dueKeys(db)).length === 0) return
  const { number } = await createCommitOnly(db)(TENDER, async (trx) => {
    await lockSigningKeys(trx)
    const keys = await dueKeys(trx)
    const feed = await withdraw(trx, keys)
    return { result: undefined, feed, audit: keys.map((key) => auditOf('signing-key.withdrawn', key, { now: false })) }
  })
  if (number !== undefined) await waitUntilSeen.seen(number)
}

/**
 * Gives up the pending keys of rotations that never ended. Nobody was told of such a key, and a rotation that is still
 * wanted makes another. Destroying it at the vault closes a version that was never stored (TOMB).
 */
async function giveUpLeftBehind({ db }: TendDeps): Promise<void> {
  if ((await keysLeftBehind(db, LIMITS.pendingMsMax)).length === 0) return
  await createCommitOnly(db)(TENDER, async (trx) => {
    await lockSigningKeys(trx)
    const keys = await keysLeftBehind(trx, LIMITS.pendingMsMax)
    const ids = keys.map(({ id }) => id)
    await trx('signing_keys').whereIn('id', ids).update({ state: 'retired' })
    return { result: undefined, feed: [], audit: keys.map((key) => auditOf('signing-key.given-up', key)) }
  })
}

async function rotateByAge(deps: TendDeps): Promise<void> {
  for (const { use, id } of await agedKeys(deps.db, deps.keyDaysMax))
    await rotateSigningKey(deps, TENDER, { use, seen: id, now: false })
}
