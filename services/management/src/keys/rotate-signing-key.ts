import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../audit/audit-entry.js'
import { type Change, createCommitOnly } from '../feed/commit-change.js'
import type { InForce } from '../feed/in-force.js'
import type { WaitUntilSeen } from '../feed/wait-until-seen.js'
import { type DestroyDeps, destroyWithdrawn } from './destroy-withdrawn.js'
import { activate, lockSigningKeys, type MakeDeps, storedKey } from './make-signing-key.js'
import { type KeyUse, type SigningKeyRow, signingKeys } from './signing-key-rows.js'
import { auditOf, feedOf, retireLater, withdraw } from './withdraw-keys.js'

export interface RotateDeps extends MakeDeps, DestroyDeps {
  readonly vault: MakeDeps['vault'] & DestroyDeps['vault']
  readonly waitUntilSeen: WaitUntilSeen
}

export interface Rotation {
  readonly use: KeyUse
  /** Id of the key that the caller saw in force. If another rotation has replaced it already, no key is made. */
  readonly seen: string | undefined
  /** An emergency: from the answer on, no signature of an earlier key is believed. */
  readonly now: boolean
}

export interface Rotated {
  /** The key that signs now, made by this rotation or by one that came first. */
  readonly key: SigningKeyRow
  readonly made: boolean
  /** Ids of the keys that this rotation withdrew at once. */
  readonly withdrawn: readonly string[]
}

export interface Ended {
  readonly inForce: InForce
  /** With `now`: ids of withdrawn keys, of this or any earlier rotation, that the vault refuses to erase. */
  readonly undestroyed: readonly string[]
}

/**
 * Replaces a use's signing key from the commit on. The vault stores the new key before anything is changed, in one
 * transaction under one lock: while the vault is away nothing is half done, and of several managements one rotates.
 *
 * Settles once every proxy knows the new key; with `now`, once no proxy and no vault believes what another key signed.
 *
 * @throws Fault UNAVAILABLE while the vault is away. With `now` the change may already be in force when this is thrown;
 * the rest of it is then finished in the background.
 */
export async function rotateSigningKey(deps: RotateDeps, actor: Actor, rotation: Rotation): Promise<Rotated & Ended> {
  const { result, number } = await createCommitOnly(deps.db)(actor, (trx) => exchange(trx, deps, rotation))
  // Before the wait, which may be long: a thief can use a stolen grant key until the vault has unpinned it.
  const undestroyed = rotation.now ? await destroyWithdrawn(deps) : []
  // RETRYWAITS: a rotation that changed nothing waits for the one that did.
  const inForce = await (number === undefined ? deps.waitUntilSeen.everything() : deps.waitUntilSeen.seen(number))
  return { ...result, inForce, undestroyed }
}

async function exchange(
  trx: Knex.Transaction,
  deps: RotateDeps,
  { use, seen, now }: Rotation,
): Promise<Change<Rotated>> {
  await lockSigningKeys(trx)
  const [active] = await signingKeys(trx, use, ['active'])
  const outgoing = await signingKeys(trx, use, ['outgoing'])
  const first = active === undefined || active.id === seen
  const key = first ? await storedKey(trx, deps, use, now ? 'discarded' : 'taken-up') : active
  const replaced = first && active ? [active] : []
  const withdrawn = now ? [...outgoing, ...replaced] : []
  const fallen = [...(await withdraw(trx, withdrawn)), ...(await retireAll(trx, now ? [] : replaced))]
  // After the replaced key was retired or withdrawn, because only one key of a use may be active.
  if (first) await activate(trx, key)
  const ids = replaced.map(({ id }) => id)
  return {
    result: { key, made: first, withdrawn: withdrawn.map(({ id }) => id) },
    feed: first ? [...fallen, feedOf(key)] : fallen,
    audit: [
      ...(first ? [auditOf('signing-key.rotated', key, { replaces: ids, now })] : []),
      ...withdrawn.map((one) => auditOf('signing-key.withdrawn', one, { now })),
    ],
  }
}

async function retireAll(trx: Knex.Transaction, keys: readonly SigningKeyRow[]) {
  const fed = []
  for (const key of keys) fed.push(...(await retireLater(trx, key)))
  return fed
}
