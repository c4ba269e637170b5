import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { ServiceAccount } from '../attestation/play/access-tokens.js'

export interface TestServiceAccount extends ServiceAccount {
  readonly publicKey: KeyObject
}

/** A service account as it comes back from the vault. Another call makes another key for the same name. */
export function makeServiceAccount(): TestServiceAccount {
  return {
    clientEmail: 'attestation@example.iam.gserviceaccount.com',
    ...generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  }
}
