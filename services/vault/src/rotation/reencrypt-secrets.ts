import type { Clock } from '@protectmyapi/service-kit/clock'
import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { HeadKeys } from '../heads/head-keys.js'
import type { KeyRef } from '../keys/data-key-cache.js'
import type { ActiveKey } from '../keys/data-key-store.js'
import { checkIds } from '../versions/bounds.js'
import { type VersionRef, versionName } from '../versions/version-row.js'
import { activeKey } from './active-key.js'
import { type ResealDeps, resealPage } from './reseal-page.js'
import { ROTATION_LIMITS } from './rotation-limits.js'
import { type Behind, rotationStore } from './rotation-store.js'

export interface ReencryptDeps extends ResealDeps {
  readonly headKeys: Pick<HeadKeys, 'reseal'>
  readonly clock: Clock
  readonly log: Logger
}

export interface Turn {
  readonly organizationId: string
  /**
   * An older version of the data key may be known: the floor is raised over what does not open, which stays as it is and
   * never opens again. Otherwise that holds the floor down, until its value is replaced or its wrapped key restored.
   */
  readonly known: boolean
}

/** What one turn has done, and what is left. Over once `floor` is `version`. */
export interface Reencrypted extends Behind {
  readonly resealed: number
  /** At most a hundred. */
  readonly unopenable: readonly VersionRef[]
}

/**
 * One turn of sealing an organization's versions anew under its data key of now, and at their end the floor. Where it
 * stops, whoever takes the next turn goes on: what is left is read off the rows.
 *
 * The function throws Fault INVALID_REQUEST; CONFLICT where the organization was shredded; NOT_FOUND where it has no data
 * key; UNAVAILABLE; and what Postgres throws.
 */
export const reencryptSecrets =
  (deps: ReencryptDeps) =>
  async ({ organizationId, known }: Turn): Promise<Reencrypted> => {
    checkIds({ organization_id: organizationId })
    const key = await activeKey(deps.vaultDb, organizationId)
    const { resealed, unopenable, ended } = await resealAll(deps, key)
    for (const { secretId, versionId } of unopenable)
      deps.log.error({ organizationId, secretId, versionId }, 'a version was not sealed anew: it does not open')
    const floored = ended && (await raiseFloor(deps, key.ref, known ? unopenable : []))
    const remaining = await rotationStore(deps.vaultDb).remaining(key.ref)
    const floor = floored ? key.ref.keyVersion : key.floor
    const done = { organizationId, version: key.ref.keyVersion, floor, remaining, resealed }
    if (resealed > 0 || floor > key.floor) deps.log.info({ event: 'data-key.reencrypted', ...done }, 'sealed anew')
    return { ...done, unopenable }
  }

async function resealAll(deps: ReencryptDeps, key: ActiveKey) {
  const untilMs = deps.clock.monotonicMs() + ROTATION_LIMITS.turnMs
  const unopenable: VersionRef[] = []
  let resealed = 0
  let after: VersionRef | undefined
  while (key.floor < key.ref.keyVersion) {
    const page = await rotationStore(deps.vaultDb).page(key.ref, after, ROTATION_LIMITS.pageRows)
    after = page.at(-1)
    if (!after) return { resealed, unopenable, ended: true }
    const done = await resealPage(deps, key, page)
    resealed += done.resealed
    unopenable.push(...done.unopenable)
    const full = unopenable.length > ROTATION_LIMITS.unopenableTold
    if (done.keyMoved || full || deps.clock.monotonicMs() >= untilMs)
      return { resealed, unopenable: unopenable.slice(0, ROTATION_LIMITS.unopenableTold), ended: false }
  }
  return { resealed, unopenable, ended: false }
}

/** Under a lock that no writer passes: none seals under an older version from here on, and what is sealed is counted. */
async function raiseFloor(
  { vaultDb, headKeys }: ReencryptDeps,
  ref: KeyRef,
  setAside: readonly VersionRef[],
): Promise<boolean> {
  if (ref.organizationId === INSTALLATION_ORGANIZATION) await headKeys.reseal()
  const asideNames = new Set(setAside.map(versionName))
  return vaultDb.transaction(async (trx) => {
    const store = rotationStore(trx)
    if (!(await store.lock(ref)) || (await store.isHeadKeyBelow(ref))) return false
    const left = await store.page(ref, undefined, asideNames.size + 1)
    if (left.some((version) => !asideNames.has(versionName(version)))) return false
    await store.raiseFloor(ref)
    return true
  })
}
