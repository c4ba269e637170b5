import { systemActor } from '../audit/audit-entry.js'
import { createCommitOnly } from '../feed/commit-change.js'
import { activate, lockSigningKeys, type MakeDeps, storedKey } from './make-signing-key.js'
import { type KeyUse, type SigningKeyRow, signingKeys } from './signing-key-rows.js'

const FIRST_START = systemActor('first-start')

/**
 * The signing key in force for a use, made by the first start. Safe for several managements at once (one lock) and for
 * a crash between any two steps.
 *
 * @throws Fault UNAVAILABLE while the vault is away and there is no key yet.
 */
export async function ensureSigningKey(deps: MakeDeps, use: KeyUse): Promise<SigningKeyRow> {
  const [active] = await signingKeys(deps.db, use, ['active'])
  if (active) return active
  const { result } = await createCommitOnly(deps.db)(FIRST_START, async (trx) => {
    await lockSigningKeys(trx)
    const [meanwhile] = await signingKeys(trx, use, ['active'])
    if (meanwhile) return { result: meanwhile, feed: [], audit: [] }
    const key = await storedKey(trx, deps, use, 'taken-up')
    await activate(trx, key)
    return {
      result: key,
      feed: [{ kind: 'signing-key', id: key.id, generation: key.generation }],
      audit: [{ organizationId: null, event: 'signing-key.created', targetId: key.id, details: { use } }],
    }
  })
  return result
}
