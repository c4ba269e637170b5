import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Sought } from '../search/searcher.js'

/** What the Play Console shows of an app's response keys. */
export interface PlantedResponseKeys {
  readonly decryptionKey: Buffer
  /** SPKI in base64. Not a secret. */
  readonly verificationKey: string
}

/** What verifies attestations, each credential twice, so that one can replace the other. All can be stored. */
export interface PlantedCredentials {
  readonly responseKeys: readonly [PlantedResponseKeys, PlantedResponseKeys]
  /** Google's files. */
  readonly serviceAccounts: readonly [string, string]
  /** The secrets in them: decryption keys, and private keys as text and as bytes. */
  readonly sought: readonly Sought[]
}

export function plantedCredentials(prefix = ''): PlantedCredentials {
  const keys = [newResponseKeys(), newResponseKeys()] as const
  const accounts = [newServiceAccount(), newServiceAccount()] as const
  return {
    responseKeys: keys,
    serviceAccounts: [accounts[0].json, accounts[1].json],
    sought: [
      ...keys.map(({ decryptionKey: value }, nth) => ({ name: `${prefix}decryption key ${nth + 1}`, value })),
      // One name for both forms: lines of a PEM are base64 of pieces of the DER.
      ...accounts.flatMap(({ pem, der }, nth) =>
        [pem, der].map((value) => ({ name: `${prefix}service account ${nth + 1}`, value })),
      ),
    ],
  }
}

function newResponseKeys(): PlantedResponseKeys {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  return { decryptionKey: randomBytes(32), verificationKey: spki.toString('base64') }
}

function newServiceAccount() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const json = JSON.stringify({
    type: 'service_account',
    client_email: 'canary@example.iam.gserviceaccount.com',
    private_key: pem,
    token_uri: 'https://oauth2.googleapis.com/token',
  })
  return { json, pem, der: privateKey.export({ format: 'der', type: 'pkcs8' }) }
}
