import type { Bindings } from '@protectmyapi/service-kit/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { SecretBytes } from '@protectmyapi/service-kit/secret-text'
import type { Actor } from '../audit/audit-entry.js'
import type { InForce } from '../feed/in-force.js'
import type { VersionRef } from '../vault/vault-client.js'
import type { SecretDeps } from './secret-deps.js'
import { abandon, activate, type Intent } from './write-steps.js'

type Deps = Pick<SecretDeps, 'vault' | 'commitChange' | 'waitUntilSeen'>

/**
 * Steps 2 to 4 of a write: the vault stores the version, the intent becomes what is in force, every proxy sees it.
 *
 * @throws Fault UNAVAILABLE when the vault cannot say whether it stored the version: the intent stays pending, unlisted
 * and unused, and the reconciler settles it. CONFLICT when the vault refused. Nothing is in force then.
 */
export async function putAndActivate(
  { vault, commitChange, waitUntilSeen }: Deps,
  actor: Actor,
  intent: Intent,
  { value, bindings }: { value: SecretBytes; bindings: Bindings },
): Promise<InForce> {
  try {
    await vault.putSecret({ ...intent, purpose: 'INJECTION', value, bindings })
  } catch (refused) {
    // The answer may be lost and the version stored all the same: ask, and close it if it is not (TOMB).
    await giveUpUnlessStored({ vault, commitChange }, actor, intent, refused)
  }
  const { result, inForce } = await commitChange(actor, (trx) => activate(trx, intent))
  if (result.state === 'abandoned') {
    throw new Fault('UNAVAILABLE', `the reconciler gave version ${intent.versionId} up while it was being put`)
  }
  // RETRYWAITS: the reconciler was faster, or a deletion, and the row to wait for is its.
  return result.byUs && result.state === 'active' ? inForce : waitUntilSeen.everything()
}

async function giveUpUnlessStored(
  { vault, commitChange }: Omit<Deps, 'waitUntilSeen'>,
  actor: Actor,
  version: VersionRef,
  refused: unknown,
): Promise<void> {
  const settlement = await vault.settleVersion(version).catch(() => undefined)
  if (settlement === 'STORED') return
  if (settlement === 'CLOSED') await commitChange(actor, (trx) => abandon(trx, version))
  throw refused
}
