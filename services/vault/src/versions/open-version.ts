import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { parseEnvelope, sealBroken } from '../envelope/envelope.js'
import { open } from '../envelope/seal.js'
import type { Purpose } from '../envelope/seal-context.js'
import type { DataKeys } from '../keys/data-keys.js'
import { type StoredVersion, storedBindings } from './version-row.js'

/** What the caller knows, from a source other than the row, of the version that it asks for. */
interface Expected {
  readonly generation: number
  readonly purpose: Purpose
  /** Of the organization's data key, read in the snapshot in which the version was read. */
  readonly floor: number
}

interface OpenedVersion {
  /** The caller's own to wipe. */
  readonly value: SecretBytes
  /** Authenticated with the value. */
  readonly bindings: Bindings
}

export type OpenVersion = (stored: StoredVersion, expected: Expected) => Promise<OpenedVersion>

/**
 * Opens a stored version as exactly what is expected. Generation and purpose must be the row's and the seal's: neither an
 * older row nor older bytes pass for the newer (a rollback), and a row that disagrees with its seal was altered. Below the
 * floor nothing was left: who knows an old data key seals what they like under it, and it does not open.
 *
 * The function throws Fault SECRET_DECRYPTION_FAILED, or UNAVAILABLE where the KMS is away.
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
