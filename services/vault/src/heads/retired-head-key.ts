import { z } from 'zod'

/** A key by which signed heads verify. */
export interface VerifyingKey {
  readonly id: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /** The key signed nothing after this, Unix time in milliseconds; undefined for the key that signs. */
  readonly untilMs: number | undefined
  /** Somebody else may have signed by the key from this time on; undefined if nobody reported it. */
  readonly knownSinceMs: number | undefined
}

/** Sealed in the place of the private half, so that nobody with write access to the table can add a verifying key. */
const Retired = z.strictObject({
  publicKey: z.base64(),
  untilMs: z.int(),
  knownSinceMs: z.int().optional(),
})

export function writeRetired({ publicKey, untilMs, knownSinceMs }: VerifyingKey & { untilMs: number }): Buffer {
  return Buffer.from(JSON.stringify({ publicKey: publicKey.toString('base64'), untilMs, knownSinceMs }))
}

/** Parses bytes that were authenticated. */
export function readRetired(id: string, bytes: Buffer): VerifyingKey & { untilMs: number } {
  const { publicKey, untilMs, knownSinceMs } = Retired.parse(JSON.parse(bytes.toString()))
  return { id, publicKey: Buffer.from(publicKey, 'base64'), untilMs, knownSinceMs }
}
