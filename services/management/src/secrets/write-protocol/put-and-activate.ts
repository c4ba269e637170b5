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

/** The value goes to the vault as it was entered. Stays the caller's, to wipe. */
export interface Contents {
  readonly value: SecretBytes
  readonly bindings: Bindings
  readonly sameBindings?: boolean
}

/**
 * Steps 2 to 4 of a write: the vault stores the version, the intent becomes what is in force, every proxy sees it.
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

/** What an answer waits for. */
export interface Replaced {
  readonly inForce: InForce
  /** Never rejects. The rest of the answer may be put together meanwhile. */
  readonly destroyed: Promise<void>
}

/**
 * The same, and step 5: of a version that may replace others, which the vault then erases.
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

/** RETRYWAITS: without a feed row of ours the reconciler was faster, and the row to wait for is its. */
function untilSeen({ waitUntilSeen }: Waiting, number: number | undefined): Promise<InForce> {
  return number === undefined ? waitUntilSeen.everything() : waitUntilSeen.seen(number)
}

/**
 * Steps 2 and 3 alone, for who has many writes to wait for: nothing may be called in force before that wait. Answers
 * the feed row to wait for, or undefined where another has written it.
 *
 * @throws Fault UNAVAILABLE when the vault cannot say whether it stored the version: the intent stays pending, unlisted
 * and unused, and the reconciler settles it. CONFLICT when the vault refused. Nothing is in force then.
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
    // The answer may be lost and the version stored all the same: ask, and close it if it is not (TOMB).
    await giveUpUnlessStored({ vault, commit }, actor, intent, contents.sameBindings ? inWords(refused) : refused)
  }
  return commitActivation(commit, actor, intent)
}

/** A refusal of bindings that nobody said, by what was sealed. */
function inWords(refused: unknown): unknown {
  if (!(refused instanceof Fault) || (refused.code !== 'CONFLICT' && refused.code !== 'SECRET_DECRYPTION_FAILED'))
    return refused
  return new Fault('CONFLICT', refused.message, {
    cause: refused,
    say: 'The vault cannot say that this secret’s bindings are those which its last value was sealed with. Look at them, and send them with the new value.',
  })
}

/** Step 3, of a version that the vault has. @throws Fault UNAVAILABLE where the reconciler was faster and gave it up. */
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
  if (settlement === 'STORED') return
  if (settlement === 'CLOSED') await commit(actor, async (trx) => begun(await abandon(trx, version)))
  throw refused
}

/** Who may was asked when the intent committed. What has ended since stops nothing: the reconciler would end it likewise. */
const begun = <T>(change: Change<T>): Change<T> => ({ ...change, asked: 'all' })
