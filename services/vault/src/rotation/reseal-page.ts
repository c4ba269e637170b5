import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { seal } from '../envelope/seal.js'
import { type ActiveKey, dataKeyStore } from '../keys/data-key-store.js'
import type { DataKeys } from '../keys/data-keys.js'
import type { OpenVersion } from '../versions/open-version.js'
import type { StoredVersion, VersionRef } from '../versions/version-row.js'
import { rotationStore } from './rotation-store.js'

export interface ResealDeps {
  readonly vaultDb: Knex
  readonly keys: Pick<DataKeys, 'plaintext'>
  readonly openVersion: OpenVersion
  readonly installationId: string
}

interface Resealed {
  readonly resealed: number
  /** Versions that do not authenticate. They are left as they are. */
  readonly unopenable: readonly VersionRef[]
  /** The data key was rotated again, or destroyed: nothing was written. */
  readonly keyMoved: boolean
}

/**
 * Seals versions anew under the data key that seals now. Everything that may ask the KMS comes first, without a lock.
 * Then one transaction writes the versions that are still as they were read: one that was destroyed meanwhile stays
 * destroyed, and one that another replica has sealed anew stays as it is.
 *
 * @throws Fault UNAVAILABLE, and what Postgres throws: then nothing is changed.
 */
export async function resealPage(deps: ResealDeps, key: ActiveKey, page: readonly StoredVersion[]): Promise<Resealed> {
  const unopenable: VersionRef[] = []
  const anew: { readonly version: StoredVersion; readonly sealed: Buffer }[] = []
  for (const version of page) {
    const sealed = await sealAnew(deps, key, version)
    if (sealed) anew.push({ version, sealed })
    else unopenable.push(version)
  }
  return deps.vaultDb.transaction(async (trx) => {
    const current = await dataKeyStore(trx).currentForShare(key.ref.organizationId)
    if (current.state !== 'active' || current.ref.keyVersion !== key.ref.keyVersion)
      return { resealed: 0, unopenable, keyMoved: true }
    let resealed = 0
    // In the order of ids, the order in which destroying versions locks them.
    for (const { version, sealed } of anew) if (await rotationStore(trx).reseal(version, sealed, key.ref)) resealed += 1
    return { resealed, unopenable, keyMoved: false }
  })
}

/** Undefined if the version does not authenticate as what its row says. */
async function sealAnew(
  { keys, openVersion, installationId }: ResealDeps,
  { ref, floor }: ActiveKey,
  version: StoredVersion,
): Promise<Buffer | undefined> {
  const { organizationId, secretId, versionId, generation, purpose } = version
  const opened = await openVersion(version, { generation, purpose, floor }).catch((err: unknown) => {
    if (err instanceof Fault && err.code === 'SECRET_DECRYPTION_FAILED') return undefined
    throw err
  })
  if (!opened) return undefined
  const { value, bindings } = opened
  try {
    const bytes = await keys.plaintext(ref)
    try {
      const context = { installationId, organizationId, secretId, versionId, generation, purpose, bindings }
      return seal({ ...ref, bytes }, value.reveal(), context)
    } finally {
      bytes.fill(0)
    }
  } finally {
    value.wipe()
  }
}
