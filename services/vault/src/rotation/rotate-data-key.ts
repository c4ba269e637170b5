import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { KeyRef } from '../keys/data-key-cache.js'
import type { DataKeys } from '../keys/data-keys.js'
import { checkIds } from '../versions/bounds.js'
import { activeKey } from './active-key.js'

export interface RotateDeps {
  readonly vaultDb: Knex
  readonly keys: Pick<DataKeys, 'rotate'>
  readonly log: Logger
}

export interface Rotation {
  readonly organizationId: string
  /** The version to be replaced, as the caller saw it seal. If it is already replaced, no version is made. */
  readonly seen?: number
}

export interface Rotated {
  /** The version that seals from now on: made here, or by another process that was first. */
  readonly ref: KeyRef
  readonly made: boolean
}

/** If replicas rotate at the same time, one wins; a loser may read the state before the winner commits. */
const ATTEMPTS_MAX = 3

/**
 * Makes another version of an organization's data key seal everything written from the commit on. What was sealed
 * before stays as it is and opens; `reencryptSecrets` seals it anew.
 *
 * The function throws Fault INVALID_REQUEST; CONFLICT if the organization was shredded; NOT_FOUND if it has no data key
 * yet; UNAVAILABLE, and then nothing has changed.
 */
export const rotateDataKey =
  ({ vaultDb, keys, log }: RotateDeps) =>
  async ({ organizationId, seen }: Rotation): Promise<Rotated> => {
    checkIds({ organization_id: organizationId })
    let first: KeyRef | undefined
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const { ref } = await activeKey(vaultDb, organizationId)
      first ??= ref
      if (ref.keyVersion !== (seen ?? first.keyVersion)) return { ref, made: false }
      const next = await keys.rotate(ref)
      if (next) {
        const { keyId, keyVersion } = next
        log.info({ event: 'data-key.rotated', organizationId, keyId, keyVersion }, 'a new data key seals from now on')
        return { ref: next, made: true }
      }
    }
    throw new Fault('UNAVAILABLE', 'another replica is rotating this data key')
  }
