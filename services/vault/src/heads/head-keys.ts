import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import { parseEnvelope, sealBroken } from '../envelope/envelope.js'
import { open, seal } from '../envelope/seal.js'
import type { SealContext } from '../envelope/seal-context.js'
import type { KeyRef } from '../keys/data-key-cache.js'
import { dataKeyStore } from '../keys/data-key-store.js'
import { type DataKeys, usableKey } from '../keys/data-keys.js'
import { type FoundHeadKey, headKeyStore } from './head-key-store.js'

/** The vault's own signing key, opened. It stays in this process, for as long as one call takes. */
export interface HeadKey {
  readonly id: string
  /** SubjectPublicKeyInfo, DER; derived from the private half. */
  readonly publicKey: Buffer
  sign(statement: Uint8Array): Buffer
}

export interface HeadKeys {
  /** Made where there is none yet. @throws Fault UNAVAILABLE; SECRET_DECRYPTION_FAILED where what is stored was altered. */
  current(): Promise<HeadKey>
  /** The same, and undefined where nothing was ever signed. */
  find(): Promise<HeadKey | undefined>
  /** Seals it under the data key that seals now, where it is under an older one: another id it does not get. */
  reseal(): Promise<void>
}

interface Deps {
  readonly vaultDb: Knex
  readonly keys: Pick<DataKeys, 'current' | 'plaintext'>
  readonly installationId: string
}

type Write = (heads: ReturnType<typeof headKeyStore>, sealed: Buffer, ref: KeyRef) => Promise<unknown>

/** It is the installation's, as signing keys are. */
const OWNER = INSTALLATION_ORGANIZATION
const SECRET_ID = 'head-signing-key'
/** A rotation of the data key may come between sealing and storing; more than one in a row is a fault of ours. */
const ATTEMPTS_MAX = 3

export function headKeys({ vaultDb, keys, installationId }: Deps): HeadKeys {
  const contextOf = (id: string): SealContext => ({
    installationId,
    organizationId: OWNER,
    secretId: SECRET_ID,
    versionId: id,
    generation: 1,
    purpose: 'head-signing',
    bindings: { origins: [], placements: [], services: [] },
  })

  /** The caller's own to zero. */
  async function privateHalf({ id, sealed, floor }: FoundHeadKey): Promise<Buffer> {
    const envelope = parseEnvelope(sealed)
    const { keyId, keyVersion } = envelope
    if (keyVersion < floor) throw sealBroken()
    const dataKey = await keys.plaintext({ organizationId: OWNER, keyId, keyVersion })
    try {
      return open(dataKey, envelope, contextOf(id))
    } finally {
      dataKey.fill(0)
    }
  }

  /** As a put does: sealed outside the transaction, stored while no rotation can come between. */
  async function make(): Promise<void> {
    const id = newId('key')
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const privateKey = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' })
      try {
        if (await store(id, privateKey, (heads, sealed, ref) => heads.insert({ id, sealed }, ref))) return
      } finally {
        privateKey.fill(0)
      }
    }
    throw new Fault('UNAVAILABLE', 'the data key moved on with every attempt')
  }

  /** False where the data key was rotated meanwhile: then nothing is written. */
  async function store(id: string, privateKey: Uint8Array, write: Write): Promise<boolean> {
    const ref = await keys.current(OWNER)
    const dataKey = await keys.plaintext(ref)
    try {
      const sealed = seal({ ...ref, bytes: dataKey }, privateKey, contextOf(id))
      return await vaultDb.transaction(async (trx) => {
        const current = usableKey(await dataKeyStore(trx).currentForShare(OWNER)).ref
        if (current.keyId !== ref.keyId || current.keyVersion !== ref.keyVersion) return false
        await write(headKeyStore(trx), sealed, ref)
        return true
      })
    } finally {
      dataKey.fill(0)
    }
  }

  async function find(): Promise<HeadKey | undefined> {
    const stored = await headKeyStore(vaultDb).find()
    return stored && toHeadKey(stored.id, await privateHalf(stored))
  }

  async function reseal(): Promise<void> {
    const stored = await headKeyStore(vaultDb).find()
    if (!stored) return
    const { keyId, keyVersion } = parseEnvelope(stored.sealed)
    const now = await keys.current(OWNER)
    if (now.keyVersion === keyVersion) return
    const privateKey = await privateHalf(stored)
    try {
      const from = { organizationId: OWNER, keyId, keyVersion }
      await store(stored.id, privateKey, (heads, sealed, to) => heads.reseal(sealed, from, to))
    } finally {
      privateKey.fill(0)
    }
  }

  return {
    find,
    reseal,
    async current() {
      const found = await find()
      if (found) return found
      await make()
      const made = await find()
      if (!made) throw new Error('the key that signs heads vanished: its row is never deleted')
      return made
    },
  }
}

/** Wipes the bytes it is given. */
function toHeadKey(id: string, pkcs8: Buffer): HeadKey {
  try {
    const privateKey: KeyObject = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
    return { id, publicKey, sign: (statement) => sign(null, statement, privateKey) }
  } finally {
    pkcs8.fill(0)
  }
}
