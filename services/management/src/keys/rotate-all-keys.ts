import type { Actor } from '../audit/audit-entry.js'
import { type RotateDeps, rotateSigningKey } from './rotate-signing-key.js'
import { KEY_USES, signingKeys } from './signing-key-rows.js'

/**
 * Both keys, side by side: after a leak neither waits for the other, and one that fails does not keep the other.
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
