import { z } from 'zod'

/** By what a signed head verifies. */
export interface VerifyingKey {
  readonly id: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /** It signed nothing after that, Unix time in milliseconds; undefined of the one that signs. */
  readonly untilMs: number | undefined
  /** From then on somebody else may have signed by it; undefined where nobody said so. */
  readonly knownSinceMs: number | undefined
}

/** Sealed in the place of the private half, so that nobody who writes to the table has another key verify. */
const Retired = z.strictObject({
  publicKey: z.base64(),
  untilMs: z.int(),
  knownSinceMs: z.int().optional(),
})

export function writeRetired({ publicKey, untilMs, knownSinceMs }: VerifyingKey & { untilMs: number }): Buffer {
  return Buffer.from(JSON.stringify({ publicKey: publicKey.toString('base64'), untilMs, knownSinceMs }))
}

/** Of bytes that were authenticated. */
export function readRetired(id: string, bytes: Buffer): VerifyingKey & { untilMs: number } {
  const { publicKey, untilMs, knownSinceMs } = Retired.parse(JSON.parse(bytes.toString()))
  return { id, publicKey: Buffer.from(publicKey, 'base64'), untilMs, knownSinceMs }
}
