import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { parseEnvelope, sealBroken } from '../envelope/envelope.js'
import { open } from '../envelope/seal.js'
import type { Purpose } from '../envelope/seal-context.js'
import type { DataKeys } from '../keys/data-keys.js'
import { type StoredVersion, storedBindings } from './version-row.js'

/** What the caller knows about the version from another source than its row. */
interface Expected {
  readonly generation: number
  readonly purpose: Purpose
  /** Floor of the organization's data key, read in the same snapshot as the version. */
  readonly floor: number
}

interface OpenedVersion {
  /** The caller wipes it. */
  readonly value: SecretBytes
  /** Authenticated with the value. */
  readonly bindings: Bindings
}

export type OpenVersion = (stored: StoredVersion, expected: Expected) => Promise<OpenedVersion>

/**
 * Opens a stored version as exactly what is expected. The expected generation and purpose must equal the row's and the
 * seal's, so that neither an older row nor older bytes pass for newer ones (a rollback); a row that disagrees with its
 * seal was altered. Nothing below the floor opens, because an attacker who knows an old data key can seal anything
 * under it.
 *
 * The function throws Fault SECRET_DECRYPTION_FAILED, or UNAVAILABLE if the KMS is away.
 */
export function versionOpener({
  keys,
  installationId,
}: {
  keys: Pick<DataKeys, 'plaintext'>
  installationId: string
}): OpenVersion {
  return async (stored, { generation, purpose, floor }) => {
    if (stored.generation !== generation || stored.purpose !== purpose) throw sealBroken()
    const { organizationId, secretId, versionId } = stored
    const bindings = storedBindings(stored.bindings)
    const envelope = parseEnvelope(stored.sealed)
    if (envelope.keyId !== stored.keyId || envelope.keyVersion !== stored.keyVersion) throw sealBroken()
    if (envelope.keyVersion < floor) throw sealBroken()
    const dataKey = await keys.plaintext({ organizationId, keyId: envelope.keyId, keyVersion: envelope.keyVersion })
    try {
      const context = { installationId, organizationId, secretId, versionId, generation, purpose, bindings }
      return { value: new SecretBytes(open(dataKey, envelope, context)), bindings }
    } finally {
      dataKey.fill(0)
    }
  }
}
