/** What a data key is bound to. Ids only, never names: it shows in the KMS's own log. */
export interface KeyContext {
  readonly installationId: string
  readonly organizationId: string
  readonly keyId: string
  readonly keyVersion: number
}

interface GeneratedKey {
  /** 32 bytes, the caller's own: to be zeroed by it. */
  readonly dataKey: Buffer
  /** What is stored. */
  readonly wrappedKey: Buffer
}

/**
 * Wraps data keys under a master key that this process never stores. It may know other master keys as well, from before a
 * change: under those it unwraps, and never wraps.
 *
 * `generate` throws Fault UNAVAILABLE where the service is away, or does not let us use the master key.
 * `unwrap` and `rewrap` throw the same, and SECRET_DECRYPTION_FAILED where it says that these bytes were not wrapped
 * under a master key that it knows with this context. The two are never confused: an outage passes, and altered bytes do
 * not.
 */
export interface KeyService {
  /** What the master key is called that wraps now: an ARN, or a key file's fingerprint. Tells nothing of the key. */
  readonly masterKey: string
  generate(context: KeyContext): Promise<GeneratedKey>
  unwrap(wrappedKey: Uint8Array, context: KeyContext): Promise<Buffer>
  /** The same data key, wrapped anew under the master key that wraps now. */
  rewrap(wrappedKey: Uint8Array, context: KeyContext): Promise<Buffer>
}

/** The context as the pairs that are authenticated with the wrapped key. Part of the format: never changed. */
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
