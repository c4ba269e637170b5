import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Actor } from '../../audit/audit-entry.js'
import { type Change, type CommitOnly, createCommitOnly } from '../../feed/commit-change.js'
import type { InForce } from '../../feed/in-force.js'
import type { VaultClient, VersionRef } from '../../vault/vault-client.js'
import type { SecretDeps } from '../secret-deps.js'
import { destroyBelow } from './destroy-versions.js'
import { abandon, activate, type Intent } from './write-steps.js'

type PutDeps = Pick<SecretDeps, 'db' | 'vault'>

/** What goes to the vault, with the value as it was entered. The caller wipes the value. */
export interface Contents {
  readonly value: SecretBytes
  readonly bindings: Bindings
  readonly sameBindings?: boolean
}

/**
 * Steps 2 to 4 of a write: the vault stores the version, the intent comes into force, every proxy sees it.
 *
 * @throws Fault as `putAndCommit`.
 */
export async function putAndActivate(
  deps: PutDeps & Waiting,
  actor: Actor,
  intent: Intent,
  contents: Contents,
): Promise<InForce> {
  return untilSeen(deps, await putAndCommit(deps, actor, intent, contents))
}

/** The outcome of a replacement, whose answer waits for both. */
export interface Replaced {
  readonly inForce: InForce
  /** Settles after the destruction, and never rejects. The rest of the answer may be put together meanwhile. */
  readonly destroyed: Promise<void>
}

/**
 * Steps 2 to 5: also has the vault erase the versions that the new one replaces.
 *
 * @throws Fault as `putAndCommit`.
 */
export async function putInPlace(
  deps: PutDeps & Waiting & Pick<SecretDeps, 'log'>,
  actor: Actor,
  intent: Intent,
  contents: Contents,
): Promise<Replaced> {
  const seen = untilSeen(deps, await putAndCommit(deps, actor, intent, contents))
  const destroyed = destroyBelow(deps, intent, seen)
  return { inForce: await seen, destroyed }
}

type Waiting = Pick<SecretDeps, 'waitUntilSeen'>

/** RETRYWAITS: without a feed row of this write, the reconciler was faster, and its row has to be waited for. */
function untilSeen({ waitUntilSeen }: Waiting, number: number | undefined): Promise<InForce> {
  return number === undefined ? waitUntilSeen.everything() : waitUntilSeen.seen(number)
}

/**
 * Steps 2 and 3 only, for callers that wait once for many writes. Nothing may be called in force before that wait.
 * Answers the number of the feed row to wait for, or undefined if the reconciler has written it.
 *
 * @throws Fault UNAVAILABLE if the vault cannot say whether it stored the version: the intent stays pending, unlisted
 * and unused, and the reconciler settles it. CONFLICT if the vault refused; then nothing comes into force.
 */
export async function putAndCommit(
  { db, vault }: PutDeps,
  actor: Actor,
  intent: Intent,
  contents: Contents,
): Promise<number | undefined> {
  const commit = createCommitOnly(db)
  try {
    await vault.putSecret({ ...intent, purpose: 'INJECTION', ...contents })
  } catch (refused) {
    // The vault may have stored the version although its answer was lost: ask, and close it if it is not stored (TOMB).
    await giveUpUnlessStored({ vault, commit }, actor, intent, contents.sameBindings ? inWords(refused) : refused)
  }
  return commitActivation(commit, actor, intent)
}

/** Explains the vault's refusal of kept bindings that are not those which it sealed before. */
function inWords(refused: unknown): unknown {
  if (!(refused instanceof Fault) || (refused.code !== 'CONFLICT' && refused.code !== 'SECRET_DECRYPTION_FAILED'))
    return refused
  return new Fault('CONFLICT', refused.message, {
    cause: refused,
    say: 'The vault cannot confirm that these bindings are the ones it sealed with the last value. Check them and send them with the new value.',
  })
}

/** Step 3, for a version that the vault has. @throws Fault UNAVAILABLE if the reconciler gave it up meanwhile. */
export async function commitActivation(
  commit: CommitOnly,
  actor: Actor,
  version: VersionRef,
): Promise<number | undefined> {
  const { result, number } = await commit(actor, async (trx) => begun(await activate(trx, version)))
  if (result.state === 'abandoned') {
    throw new Fault('UNAVAILABLE', `the reconciler gave version ${version.versionId} up while it was being put`)
  }
  return number
}

async function giveUpUnlessStored(
  { vault, commit }: { vault: VaultClient; commit: CommitOnly },
  actor: Actor,
  version: VersionRef,
  refused: unknown,
): Promise<void> {
  const settlement = await vault.settleVersion(version).catch(() => undefined)
  // Another request with the same Idempotency-Key stored a value of its own under this version, and activates it.
  if (settlement === 'STORED' && refused instanceof Fault && refused.code === 'CONFLICT') throw refused
  if (settlement === 'STORED') return
  if (settlement === 'CLOSED') await commit(actor, async (trx) => begun(await abandon(trx, version)))
  throw refused
}

/**
 * Permissions were checked when the intent was committed and are not checked again here: if they have been revoked
 * since, the reconciler would settle the version anyway.
 */
const begun = <T>(change: Change<T>): Change<T> => ({ ...change, asked: 'all' })
