import type { Actor } from '../audit/audit-entry.js'
import { type RotateDeps, rotateSigningKey } from './rotate-signing-key.js'
import { KEY_USES, signingKeys } from './signing-key-rows.js'

/**
 * Rotates both keys at the same time, so that after a leak neither waits for the other, and a failure of one does not
 * stop the other.
 *
 * @throws Fault UNAVAILABLE while the vault is away.
 */
export async function rotateAllKeys(deps: RotateDeps, actor: Actor, { now }: { readonly now: boolean }) {
  const rotations = KEY_USES.map(async (use) => {
    const [active] = await signingKeys(deps.db, use, ['active'])
    return rotateSigningKey(deps, actor, { use, seen: active?.id, now })
  })
  await Promise.allSettled(rotations)
  return Promise.all(rotations)
}
