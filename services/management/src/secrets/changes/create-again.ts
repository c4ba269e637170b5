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
import { namedFor } from '../write-protocol/intend.js'
import { commitActivation } from '../write-protocol/put-and-activate.js'

interface Retry {
  readonly organizationId: string
  /** Id of the secret that the first request began to create. */
  readonly secretId: string
  /** As the request gives it, like the bindings. */
  readonly name: string
  readonly value: string
  /** As the request gives them. Those of the row may have been changed by SQL. */
  readonly bindings: Bindings
}

/**
 * Repeats a creation with the same `Idempotency-Key`. Management holds neither the value nor a digest of it, so the
 * vault decides whether the value is the same: the put is repeated under the first version's id, and the vault compares
 * in constant time. This also finishes a creation that a crash left half done. `undone`: nothing was made.
 *
 * @throws Fault CONFLICT for another value or other bindings, and for a secret that was replaced or deleted since;
 * UNAVAILABLE.
 */
export async function createAgain(deps: SecretDeps, actor: Actor, retry: Retry): Promise<InForce | 'undone'> {
  const version = await standing(deps, retry)
  if (version === 'undone') return version
  if (!bindingsBytes(version.bindings).equals(bindingsBytes(retry.bindings))) throw otherBindings(retry.secretId)
  const value = secretBytes(retry.value)
  try {
    // If the first put never reached the vault, the mask is all that is known of its value.
    if (maskValue(retry.value) !== version.mask) throw await otherValue(deps, actor, retry)
    await putAgain(deps, actor, retry, { version, value })
    const number = await commitActivation(createCommitOnly(deps.db), actor, refOf(version))
    // RETRYWAITS: if the first request activated the version, its feed row is among everything.
    return number === undefined ? await deps.waitUntilSeen.everything() : await deps.waitUntilSeen.seen(number)
  } finally {
    value.wipe()
  }
}

/** The first version, pending or in force. @throws Fault CONFLICT if it is no longer in force. */
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
  const bindings = namedFor(retry.bindings, retry.name)
  try {
    await deps.vault.putSecret({ ...refOf(version), generation, purpose: 'INJECTION', value, bindings })
  } catch (refused) {
    if (!(refused instanceof Fault) || refused.code !== 'CONFLICT') throw refused
    // The reconciler closes a version under this lock, so once it is held, the rows tell how the version ended.
    const now = await deps.db.transaction(async (trx) => {
      await lockSecret(trx, retry.organizationId, retry.secretId)
      return standing({ db: trx }, retry)
    })
    // A version may be closed at the vault while its row is still pending, where the first request was cut off while it
    // gave up. The value may then be the same, and the reconciler frees the key within seconds.
    if (now === 'undone' || (await deps.vault.settleVersion(refOf(version))) === 'CLOSED')
      throw new Fault('UNAVAILABLE', 'the first version was just given up')
    throw await otherValue(deps, actor, retry)
  }
}

/** Recorded in the audit trail, so that attempts to guess a value in this way are seen. */
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
    say: `This Idempotency-Key made the secret ${secretId} with other bindings than this request has. Read the secret, or use another key.`,
  })
}
