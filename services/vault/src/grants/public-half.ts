import { createPrivateKey, createPublicKey } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'

/** The public half (SPKI, DER) of an Ed25519 private key (PKCS #8, DER). @throws Fault INVALID_REQUEST for anything else. */
export function publicHalf(privateKey: Uint8Array): Buffer {
  const refuse = () =>
    new Fault('INVALID_REQUEST', 'value: not an Ed25519 key', {
      say: 'value: Give an Ed25519 private key, PKCS #8 in DER.',
    })
  try {
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
    if (key.asymmetricKeyType !== 'ed25519') throw refuse()
    return createPublicKey(key).export({ format: 'der', type: 'spki' })
  } catch {
    // Thrown without the cause, because a parser's error may quote what it read.
    throw refuse()
  }
}
