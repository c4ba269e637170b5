import type { Clock } from '@protectmyapi/service-kit/clock'
import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { LRUCache } from 'lru-cache'
import type { HeadKeys } from '../heads/head-keys.js'
import type { KeyRef } from '../keys/data-key-cache.js'
import type { ActiveKey } from '../keys/data-key-store.js'
import { checkIds } from '../versions/bounds.js'
import type { VersionRef } from '../versions/version-row.js'
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
   * Says that somebody else may know an older version of the data key. Then the floor is raised even over versions that
   * do not open; they stay as they are and never open again. Otherwise such a version keeps the floor down until its
   * value is replaced or its wrapped key restored. If nothing at all opens, and nothing is sealed anew yet, the floor
   * stays down in either case: most likely this vault lacks a master key, and the wrapped bytes would be deleted a
   * minute later.
   */
  readonly known: boolean
}

/** What one turn has done, and what is left. The work is over once `floor` equals `version`. */
export interface Reencrypted extends Behind {
  readonly resealed: number
  /** Among the versions that this turn has read; at most a hundred. */
  readonly unopenable: readonly VersionRef[]
  /** Whether every version has been read, over several turns. `stuck`: yes, and what is left does not open. */
  readonly pass: 'goes on' | 'ended' | 'stuck'
}

/** One pass over every version below the one that seals, in turns. */
interface Pass {
  readonly ref: KeyRef
  /**
   * All versions up to here were read. Without it, an attacker could hide versions behind enough others that do not
   * open.
   */
  after: VersionRef | undefined
  unopenable: number
}

/**
 * Seals an organization's versions anew under its current data key, one turn per call, and raises the floor at the end.
 * A turn continues where the last one of this function stopped. A new instance, or one after a crash, begins with the
 * first version: the rows say what is left.
 *
 * The function throws Fault INVALID_REQUEST; CONFLICT if the organization was shredded; NOT_FOUND if it has no data
 * key; UNAVAILABLE; and what Postgres throws.
 */
export function reencryptSecrets(deps: ReencryptDeps): (turn: Turn) => Promise<Reencrypted> {
  // If a pass is evicted, another one begins with the first row.
  const passes = new LRUCache<string, Pass>({ max: ROTATION_LIMITS.passesMax })

  function passOf({ ref }: ActiveKey): Pass {
    const under = passes.get(ref.organizationId)
    if (under?.ref.keyId === ref.keyId && under.ref.keyVersion === ref.keyVersion) return under
    const begun: Pass = { ref, after: undefined, unopenable: 0 }
    passes.set(ref.organizationId, begun)
    return begun
  }

  return async ({ organizationId, known }) => {
    checkIds({ organization_id: organizationId })
    const key = await activeKey(deps.vaultDb, organizationId)
    const pass = passOf(key)
    const { resealed, unopenable, ended } = await resealOn(deps, key, pass)
    if (ended) passes.delete(organizationId)
    const told = unopenable.slice(0, ROTATION_LIMITS.unopenableTold)
    tellUnopenable(deps.log, told, unopenable.length)
    const givesUp = known && (pass.unopenable === 0 || (await rotationStore(deps.vaultDb).hasSealed(key.ref)))
    const floored = ended && (await raiseFloor(deps, key.ref, givesUp))
    const remaining = await rotationStore(deps.vaultDb).remaining(key.ref)
    const floor = floored ? key.ref.keyVersion : key.floor
    const done = { organizationId, version: key.ref.keyVersion, floor, remaining, resealed }
    if (resealed > 0 || floor > key.floor)
      deps.log.info({ event: 'data-key.reencrypted', ...done }, 'stored versions were resealed')
    const stuck = ended && !floored && pass.unopenable > 0 && remaining <= pass.unopenable
    return { ...done, unopenable: told, pass: stuck ? 'stuck' : ended ? 'ended' : 'goes on' }
  }
}

function tellUnopenable(log: Logger, told: readonly VersionRef[], count: number): void {
  for (const { organizationId, secretId, versionId } of told)
    log.error({ organizationId, secretId, versionId }, 'a version was not resealed: it cannot be opened')
  const [first] = told
  if (first && count > told.length)
    log.error(
      { organizationId: first.organizationId, more: count - told.length },
      'further versions were not resealed: they cannot be opened',
    )
}

/** Continues until the last row, or until the turn is over. */
async function resealOn(deps: ReencryptDeps, key: ActiveKey, pass: Pass) {
  const untilMs = deps.clock.monotonicMs() + ROTATION_LIMITS.turnMs
  const unopenable: VersionRef[] = []
  let resealed = 0
  while (key.floor < key.ref.keyVersion) {
    const page = await rotationStore(deps.vaultDb).page(key.ref, pass.after, ROTATION_LIMITS.pageRows)
    const last = page.at(-1)
    if (!last) return { resealed, unopenable, ended: true }
    const done = await resealPage(deps, key, page)
    if (done.keyMoved) break
    pass.after = last
    pass.unopenable += done.unopenable.length
    resealed += done.resealed
    unopenable.push(...done.unopenable)
    if (deps.clock.monotonicMs() >= untilMs) break
  }
  return { resealed, unopenable, ended: false }
}

/**
 * Raises the floor under a lock that excludes writers, so that none seals under an older version from then on. With
 * `givesUp`, versions below the floor do not count: a pass has found that they do not open, or they were put there
 * since by something else than a vault, because no vault writes below the version that seals.
 */
async function raiseFloor({ vaultDb, headKeys }: ReencryptDeps, ref: KeyRef, givesUp: boolean): Promise<boolean> {
  if (ref.organizationId === INSTALLATION_ORGANIZATION) await headKeys.reseal()
  return vaultDb.transaction(async (trx) => {
    const store = rotationStore(trx)
    if (!(await store.lock(ref)) || (await store.isHeadKeyBelow(ref))) return false
    const left = givesUp ? [] : await store.page(ref, undefined, 1)
    if (left.length > 0) return false
    await store.raiseFloor(ref)
    return true
  })
}
