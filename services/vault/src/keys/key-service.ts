/** What a data key is bound to. Contains ids only, never names, because it appears in the KMS's own log. */
export interface KeyContext {
  readonly installationId: string
  readonly organizationId: string
  readonly keyId: string
  readonly keyVersion: number
}

interface GeneratedKey {
  /** 32 bytes; the caller owns and zeroes them. */
  readonly dataKey: Buffer
  /** The bytes to store. */
  readonly wrappedKey: Buffer
}

/**
 * Wraps data keys under a master key that this process never stores. It may also know other master keys, from before a
 * change: it unwraps under those, and never wraps.
 *
 * `generate` throws Fault UNAVAILABLE if the service is away or denies the use of the master key. `unwrap` and `rewrap`
 * throw the same, and SECRET_DECRYPTION_FAILED if the service says that these bytes were not wrapped with this context
 * under a master key that it knows. The two are never confused, because an outage passes and altered bytes do not.
 */
export interface KeyService {
  /** Name of the master key that wraps now: an ARN, or a key file's fingerprint. Reveals nothing of the key. */
  readonly masterKey: string
  generate(context: KeyContext): Promise<GeneratedKey>
  unwrap(wrappedKey: Uint8Array, context: KeyContext): Promise<Buffer>
  /** The same data key, wrapped anew under the master key that wraps now. */
  rewrap(wrappedKey: Uint8Array, context: KeyContext): Promise<Buffer>
}

/** The context as pairs that are authenticated with the wrapped key. Part of the format: never changed. */
export function contextPairs({
  installationId,
  organizationId,
  keyId,
  keyVersion,
}: KeyContext): Record<string, string> {
  return {
    product: 'protectmyapi',
    installation: installationId,
    organization: organizationId,
    key_id: keyId,
    key_version: String(keyVersion),
    purpose: 'organization-data-key',
  }
}
