import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import { parseEnvelope } from '../envelope/envelope.js'
import { type FoundHeadKey, headKeyStore } from './head-key-store.js'
import { type HeadSealerDeps, headSealer } from './head-sealer.js'
import { readRetired, type VerifyingKey } from './retired-head-key.js'

/** The vault's own signing key, opened. It stays in this process, for the duration of one call. */
export interface HeadKey {
  readonly id: string
  /** SubjectPublicKeyInfo, DER; derived from the private half. */
  readonly publicKey: Buffer
  sign(statement: Uint8Array): Buffer
}

export interface HeadKeys {
  /**
   * The signing key; made if there is none yet.
   *
   * @throws Fault UNAVAILABLE; SECRET_DECRYPTION_FAILED if what is stored was altered.
   */
  current(): Promise<HeadKey>
  /** All keys that ever signed, the current one first; empty if nothing was ever signed. Throws the same. */
  verifying(): Promise<readonly VerifyingKey[]>
  /** Seals anew, under the current data key, those sealed under an older one. Their ids stay. */
  reseal(): Promise<void>
}

export function headKeys(deps: HeadSealerDeps): HeadKeys {
  const { vaultDb, keys } = deps
  const sealer = headSealer(deps)

  async function find(): Promise<HeadKey | undefined> {
    const [stored] = await headKeyStore(vaultDb).find()
    return stored?.state === 'signs' ? toHeadKey(stored.id, await sealer.open(stored)) : undefined
  }

  async function make(): Promise<void> {
    const id = newId('key')
    const privateKey = newPrivateKey()
    try {
      await sealer.write(async ({ trx, ref, seal }) => {
        await headKeyStore(trx).insert({ id, sealed: seal({ id, state: 'signs' }, privateKey) }, ref)
      })
    } finally {
      privateKey.fill(0)
    }
  }

  async function verifyingKeyOf(stored: FoundHeadKey): Promise<VerifyingKey> {
    const opened = await sealer.open(stored)
    if (stored.state === 'retired') return readRetired(stored.id, opened)
    const { id, publicKey } = toHeadKey(stored.id, opened)
    return { id, publicKey, untilMs: undefined, knownSinceMs: undefined }
  }

  async function resealOne(stored: FoundHeadKey): Promise<void> {
    const { keyVersion } = await keys.current(INSTALLATION_ORGANIZATION)
    if (parseEnvelope(stored.sealed).keyVersion === keyVersion) return
    const opened = await sealer.open(stored)
    try {
      await sealer.write(async ({ trx, ref, seal }) => headKeyStore(trx).reseal(stored, seal(stored, opened), ref))
    } finally {
      opened.fill(0)
    }
  }

  return {
    async current() {
      const found = await find()
      if (found) return found
      await make()
      const made = await find()
      if (!made) throw new Error('the key that signs heads vanished: one always does')
      return made
    },
    async verifying() {
      const verifying: VerifyingKey[] = []
      for (const stored of await headKeyStore(vaultDb).find()) verifying.push(await verifyingKeyOf(stored))
      return verifying
    },
    async reseal() {
      for (const stored of await headKeyStore(vaultDb).find()) await resealOne(stored)
    },
  }
}

/** A new Ed25519 private key in PKCS #8. The caller owns the bytes and zeroes them. */
export function newPrivateKey(): Buffer {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' })
}

/** Zeroes the bytes it is given. */
function toHeadKey(id: string, pkcs8: Buffer): HeadKey {
  try {
    const privateKey: KeyObject = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
    return { id, publicKey, sign: (statement) => sign(null, statement, privateKey) }
  } finally {
    pkcs8.fill(0)
  }
}
