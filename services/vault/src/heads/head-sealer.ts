import { Fault } from '@protectmyapi/service-kit/faults'
import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { parseEnvelope, sealBroken } from '../envelope/envelope.js'
import { open, seal } from '../envelope/seal.js'
import type { SealContext } from '../envelope/seal-context.js'
import type { KeyRef } from '../keys/data-key-cache.js'
import { dataKeyStore } from '../keys/data-key-store.js'
import { type DataKeys, usableKey } from '../keys/data-keys.js'
import type { FoundHeadKey, StoredHeadKey } from './head-key-store.js'

export interface HeadSealerDeps {
  readonly vaultDb: Knex
  readonly keys: Pick<DataKeys, 'current' | 'plaintext'>
  readonly installationId: string
}

/** A transaction in which the data key cannot be rotated between sealing and storing. */
export interface SealedWrite {
  readonly trx: Knex.Transaction
  readonly ref: KeyRef
  readonly seal: (key: Pick<StoredHeadKey, 'id' | 'state'>, plaintext: Uint8Array) => Buffer
}

/** Seals and opens keys that sign heads, under the installation's data key, as other signing keys are. */
export interface HeadSealer {
  /**
   * The caller owns the bytes and zeroes them.
   *
   * @throws Fault UNAVAILABLE; SECRET_DECRYPTION_FAILED if what is stored was altered.
   */
  open(stored: FoundHeadKey): Promise<Buffer>
  /** @throws Fault UNAVAILABLE, and what the work throws. */
  write<T>(work: (write: SealedWrite) => Promise<T>): Promise<T>
}

const OWNER = INSTALLATION_ORGANIZATION
const SECRET_ID = 'head-signing-key'
/** One rotation of the data key may come between sealing and storing; several in a row mean a defect in the vault. */
const ATTEMPTS_MAX = 3

export function headSealer({ vaultDb, keys, installationId }: HeadSealerDeps): HeadSealer {
  /**
   * The purpose differs by state, so that a signing key's sealed bytes never open as a retired key's, nor the reverse.
   */
  const contextOf = ({ id, state }: Pick<StoredHeadKey, 'id' | 'state'>): SealContext => ({
    installationId,
    organizationId: OWNER,
    secretId: SECRET_ID,
    versionId: id,
    generation: 1,
    purpose: state === 'signs' ? 'head-signing' : 'head-verifying',
    bindings: { origins: [], placements: [], services: [] },
  })

  /** Undefined if the data key was rotated meanwhile: then nothing is written. */
  async function attempt<T>(work: (write: SealedWrite) => Promise<T>): Promise<{ readonly result: T } | undefined> {
    const ref = await keys.current(OWNER)
    const dataKey = await keys.plaintext(ref)
    try {
      return await vaultDb.transaction(async (trx) => {
        const current = usableKey(await dataKeyStore(trx).currentForShare(OWNER)).ref
        if (current.keyId !== ref.keyId || current.keyVersion !== ref.keyVersion) return undefined
        const sealOne: SealedWrite['seal'] = (key, plaintext) =>
          seal({ ...ref, bytes: dataKey }, plaintext, contextOf(key))
        return { result: await work({ trx, ref, seal: sealOne }) }
      })
    } finally {
      dataKey.fill(0)
    }
  }

  return {
    async open(stored) {
      const envelope = parseEnvelope(stored.sealed)
      const { keyId, keyVersion } = envelope
      if (keyVersion < stored.floor) throw sealBroken()
      const dataKey = await keys.plaintext({ organizationId: OWNER, keyId, keyVersion })
      try {
        return open(dataKey, envelope, contextOf(stored))
      } finally {
        dataKey.fill(0)
      }
    },
    async write(work) {
      for (let tried = 0; tried < ATTEMPTS_MAX; tried += 1) {
        const done = await attempt(work)
        if (done) return done.result
      }
      throw new Fault('UNAVAILABLE', 'the data key moved on with every attempt')
    },
  }
}
