import { systemActor } from '../audit/audit-entry.js'
import { createCommitOnly } from '../feed/commit-change.js'
import { destroyWithdrawn } from './destroy-withdrawn.js'
import { lockSigningKeys } from './make-signing-key.js'
import { type RotateDeps, rotateSigningKey } from './rotate-signing-key.js'
import { agedKeys, dueKeys, keysLeftBehind } from './signing-key-rows.js'
import { auditOf, withdraw } from './withdraw-keys.js'

const LIMITS = {
  /** A pending key belongs to a rotation under way, which ends with the vault's deadline of 4 s; an older one was left. */
  pendingMsMax: 30_000,
} as const

const TENDER = systemActor('key-rotation')

export interface TendDeps extends RotateDeps {
  /** A key that has signed for so long is replaced. */
  readonly keyDaysMax: number
}

/**
 * What time and crashes ask of the signing keys, step by step; each is safe to repeat, and for several managements at
 * once. The first that fails ends it for now.
 *
 * @throws Fault UNAVAILABLE while the vault is away.
 */
export async function tendSigningKeys(deps: TendDeps): Promise<void> {
  await withdrawDue(deps)
  await giveUpLeftBehind(deps)
  await destroyWithdrawn(deps)
  await rotateByAge(deps)
}

/** The last thing that they signed has ended. */
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
 * Of a rotation that never ended. Nobody was told of the key, and a rotation that is still wanted makes another. Its
 * destruction closes what was never stored (TOMB).
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
