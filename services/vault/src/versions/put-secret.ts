import { timingSafeEqual } from 'node:crypto'
import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { type Bindings, bindingsBytes, keepsBindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { seal } from '../envelope/seal.js'
import type { Purpose } from '../envelope/seal-context.js'
import { grantKeyStore } from '../grants/grant-key-store.js'
import { publicHalf } from '../grants/public-half.js'
import type { KeyRef } from '../keys/data-key-cache.js'
import { dataKeyStore } from '../keys/data-key-store.js'
import { type DataKeys, usableKey } from '../keys/data-keys.js'
import { checkBindings, checkGeneration, checkIds, checkOwner, checkValue } from './bounds.js'
import type { OpenVersion } from './open-version.js'
import type { Version, VersionRef } from './version-row.js'
import { versionStore } from './version-store.js'

export interface Put extends VersionRef {
  readonly generation: number
  readonly purpose: Purpose
  readonly value: SecretBytes
  /** Normalised. */
  readonly bindings: Bindings
  /** The caller did not state the bindings: they have to equal those with which the generation before was sealed. */
  readonly sameBindings?: boolean
}

interface Deps {
  readonly vaultDb: Knex
  readonly keys: Pick<DataKeys, 'current' | 'plaintext'>
  readonly openVersion: OpenVersion
  readonly installationId: string
}

/** One rotation may come between sealing and storing; several in a row mean a defect in the vault. */
const ATTEMPTS_MAX = 3

const NONE_BEFORE = 'no generation before it is stored whose bindings could be the same'

type Stored =
  | { readonly outcome: 'stored' }
  | { readonly outcome: 'key-moved' }
  | { readonly outcome: 'exists'; readonly version: Version; readonly floor: number }

/**
 * Seals one new version. Idempotent: a repeated put opens what is stored and compares it.
 *
 * The function throws Fault INVALID_REQUEST, CONFLICT, UNAVAILABLE, SECRET_DECRYPTION_FAILED.
 */
export const putSecret =
  (deps: Deps) =>
  async (put: Put): Promise<void> => {
    check(put)
    if (put.sameBindings && put.generation === 1) throw conflict(NONE_BEFORE)
    if (put.sameBindings) await refuseOtherBindings(deps, put)
    const pinned = put.purpose === 'grant-signing' ? publicHalf(put.value.reveal()) : undefined
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const key = await deps.keys.current(put.organizationId)
      const sealed = await sealUnder(deps, key, put)
      const stored = await deps.vaultDb.transaction((trx) => store(trx, put, key, sealed, pinned))
      if (stored.outcome === 'stored') return
      if (stored.outcome === 'exists') return assertSame(deps.openVersion, put, stored)
    }
    throw new Fault('UNAVAILABLE', 'the data key moved on with every attempt')
  }

function check({ organizationId, secretId, versionId, generation, purpose, value, bindings }: Put): void {
  checkIds({ organization_id: organizationId, secret_id: secretId, version_id: versionId })
  checkGeneration(generation)
  checkOwner(purpose, organizationId)
  checkValue(purpose, value.reveal())
  checkBindings(purpose, bindings)
}

/** Outside the transaction, because it may ask the KMS, and no row should be locked for that long. */
async function sealUnder({ keys, installationId }: Deps, key: KeyRef, { value, ...context }: Put): Promise<Buffer> {
  const bytes = await keys.plaintext(key)
  try {
    return seal({ ...key, bytes }, value.reveal(), { installationId, ...context })
  } finally {
    bytes.fill(0)
  }
}

async function store(trx: Knex, put: Put, key: KeyRef, sealed: Buffer, pinned: Buffer | undefined): Promise<Stored> {
  const { ref: current, floor } = usableKey(await dataKeyStore(trx).currentForShare(put.organizationId))
  if (current.keyId !== key.keyId || current.keyVersion !== key.keyVersion) return { outcome: 'key-moved' }
  const versions = versionStore(trx)
  const before = await versions.find(put)
  if (before) return { outcome: 'exists', version: before, floor }
  const newest = await versions.newestGeneration(put)
  if (put.generation === newest + 1 && (await versions.insert({ ...put, key, sealed }))) {
    if (pinned && !(await grantKeyStore(trx).pin(put, pinned)))
      throw conflict('the version id is the kid of another key')
    return { outcome: 'stored' }
  }
  // Another caller may have been first since this transaction looked: then this is a repeated put after all.
  const meanwhile = await versions.find(put)
  if (!meanwhile) throw conflict(`generation ${put.generation} does not succeed the newest one stored`)
  return { outcome: 'exists', version: meanwhile, floor }
}

/**
 * Refuses bindings that differ from those of the generation before. A person who enters a value without saying where it
 * may go means the places to which it could go before, and management reads these from its own tables. The previous
 * seal holds them too, and an attacker who can write to management's tables cannot change that seal.
 */
async function refuseOtherBindings({ vaultDb, openVersion }: Deps, put: Put): Promise<void> {
  const { floor, isThere, before } = await vaultDb.transaction(async (trx) => {
    const versions = versionStore(trx)
    return {
      floor: usableKey(await dataKeyStore(trx).currentForShare(put.organizationId)).floor,
      isThere: (await versions.find(put)) !== undefined,
      before: await versions.findStored(put, put.generation - 1),
    }
  })
  // A repeated put: the generation before may be destroyed by now, and the put is compared with the stored version
  // instead.
  if (isThere) return
  if (!before) throw conflict(NONE_BEFORE)
  const { value, bindings } = await openVersion(before, { ...put, generation: put.generation - 1, floor })
  value.wipe()
  if (!keepsBindings(bindings, put.bindings))
    throw conflict('other bindings than the generation before was sealed with')
}

/**
 * Compares a repeated put with what is stored, in constant time: a caller that may put must not be able to find out a
 * stored value by putting guesses.
 */
async function assertSame(
  openVersion: OpenVersion,
  put: Put,
  { version, floor }: { readonly version: Version; readonly floor: number },
): Promise<void> {
  if (version.state !== 'stored') throw conflict(`the version is ${version.state}`)
  if (version.generation !== put.generation || version.purpose !== put.purpose)
    throw conflict('stored as another generation or purpose')
  const { value, bindings } = await openVersion(version, { ...put, floor })
  try {
    const sameValue = equalBytes(value.reveal(), put.value.reveal())
    const sameBindings = equalBytes(bindingsBytes(bindings), bindingsBytes(put.bindings))
    if (!(sameValue && sameBindings)) throw conflict('stored with other contents')
  } finally {
    value.wipe()
  }
}

/** Only the length is revealed by timing. */
function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

function conflict(detail: string): Fault {
  return new Fault('CONFLICT', detail)
}
