import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { type Bindings, bindingsBytes } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Actor } from '../../audit/audit-entry.js'
import { createCommitOnly } from '../../feed/commit-change.js'
import type { InForce } from '../../feed/in-force.js'
import { goneSince } from '../../idempotency/replays.js'
import { maskValue } from '../mask-value.js'
import type { SecretDeps } from '../secret-deps.js'
import { secretBytes } from '../secret-input.js'
import { firstVersion, lockSecret, type VersionRow } from '../secret-rows.js'
import { commitActivation } from '../write-protocol/put-and-activate.js'

interface Retry {
  readonly organizationId: string
  /** Of the secret that the first request began. */
  readonly secretId: string
  readonly value: string
  /** As the request says them: rows are written by SQL, too. */
  readonly bindings: Bindings
}

/**
 * A creation again, by its `Idempotency-Key`. Nothing here holds a value or a digest of one, so the vault says whether
 * it is the same: the put is repeated under the first version's id, and compared there in constant time. What a crash
 * left half done is thereby finished. `undone`: nothing was made.
 *
 * @throws Fault CONFLICT for another value, and for a secret that was replaced or deleted since; UNAVAILABLE.
 */
export async function createAgain(deps: SecretDeps, actor: Actor, retry: Retry): Promise<InForce | 'undone'> {
  const version = await standing(deps, retry)
  if (version === 'undone') return version
  if (!bindingsBytes(version.bindings).equals(bindingsBytes(retry.bindings))) throw otherBindings(retry.secretId)
  const value = secretBytes(retry.value)
  try {
    // Where the first put never came, nothing else is known of its value.
    if (maskValue(retry.value) !== version.mask) throw await otherValue(deps, actor, retry)
    await putAgain(deps, actor, retry, { version, value })
    const number = await commitActivation(createCommitOnly(deps.db), actor, refOf(version))
    // RETRYWAITS: where the first request activated it, its row is among everything.
    return number === undefined ? await deps.waitUntilSeen.everything() : await deps.waitUntilSeen.seen(number)
  } finally {
    value.wipe()
  }
}

/** @throws Fault CONFLICT where the first version is not in force any more. */
async function standing(
  { db }: Pick<SecretDeps, 'db'>,
  { organizationId, secretId }: Retry,
): Promise<VersionRow | 'undone'> {
  const version = await firstVersion(db, organizationId, secretId)
  if (!version || version.state === 'abandoned') return 'undone'
  if (version.state !== 'pending' && version.state !== 'active') throw goneSince(secretId)
  return version
}

async function putAgain(
  deps: SecretDeps,
  actor: Actor,
  retry: Retry,
  { version, value }: { version: VersionRow; value: SecretBytes },
): Promise<void> {
  const { generation } = version
  const { bindings } = retry
  try {
    await deps.vault.putSecret({ ...refOf(version), generation, purpose: 'INJECTION', value, bindings })
  } catch (refused) {
    if (!(refused instanceof Fault) || refused.code !== 'CONFLICT') throw refused
    // The reconciler closes a version under this lock: behind it, the rows say how it ended.
    const now = await deps.db.transaction(async (trx) => {
      await lockSecret(trx, retry.organizationId, retry.secretId)
      return standing({ db: trx }, retry)
    })
    if (now === 'undone') throw new Fault('UNAVAILABLE', 'the first version was just given up')
    throw await otherValue(deps, actor, retry)
  }
}

/** On record: who guesses at a value in this way is seen. */
async function otherValue(
  { commitChange }: SecretDeps,
  actor: Actor,
  { organizationId, secretId }: Retry,
): Promise<Fault> {
  await commitChange(actor, async () => ({
    result: undefined,
    feed: [],
    audit: [{ organizationId, event: 'secret.creation-repeated-differently', targetId: secretId }],
  }))
  return new Fault('CONFLICT', `another value for ${secretId} under one Idempotency-Key`, {
    say: `This Idempotency-Key made the secret ${secretId} with another value. Replace its value instead, or use another key.`,
  })
}

const refOf = ({ organizationId, secretId, id }: VersionRow) => ({ organizationId, secretId, versionId: id })

function otherBindings(secretId: string): Fault {
  return new Fault('CONFLICT', `other bindings for ${secretId} under one Idempotency-Key`, {
    say: `This Idempotency-Key made the secret ${secretId}, which may go elsewhere than this request says. Look at it, and use another key.`,
  })
}
