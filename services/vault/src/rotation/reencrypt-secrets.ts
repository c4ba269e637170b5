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
   * An older version of the data key may be known: the floor is raised over what does not open, which stays as it is and
   * never opens again. Otherwise that holds the floor down, until its value is replaced or its wrapped key restored. Where
   * nothing at all opens, and nothing is sealed anew yet, it holds the floor down either way: then it is as a rule this
   * vault that lacks a master key, and the wrapped bytes would go a minute later.
   */
  readonly known: boolean
}

/** What one turn has done, and what is left. Over once `floor` is `version`. */
export interface Reencrypted extends Behind {
  readonly resealed: number
  /** Of what this turn has looked at; at most a hundred. */
  readonly unopenable: readonly VersionRef[]
  /** Has every version been looked at, over turns? `stuck`: yes, and what is left does not open. */
  readonly pass: 'goes on' | 'ended' | 'stuck'
}

/** One look at every version below the one that seals, in turns. */
interface Pass {
  readonly ref: KeyRef
  /** All up to here were looked at. Without it, whoever puts enough in front that does not open hides all behind it. */
  after: VersionRef | undefined
  unopenable: number
}

/**
 * Seals an organization's versions anew under its data key of now, a turn with each call, and raises the floor at their
 * end. A turn goes on behind the last one of this function; whoever begins elsewhere, or after a crash, begins with the
 * first: what is left is read off the rows.
 *
 * The function throws Fault INVALID_REQUEST; CONFLICT where the organization was shredded; NOT_FOUND where it has no data
 * key; UNAVAILABLE; and what Postgres throws.
 */
export function reencryptSecrets(deps: ReencryptDeps): (turn: Turn) => Promise<Reencrypted> {
  // Of one that is put out another pass begins with the first row.
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
    if (resealed > 0 || floor > key.floor) deps.log.info({ event: 'data-key.reencrypted', ...done }, 'sealed anew')
    const stuck = ended && !floored && pass.unopenable > 0 && remaining <= pass.unopenable
    return { ...done, unopenable: told, pass: stuck ? 'stuck' : ended ? 'ended' : 'goes on' }
  }
}

function tellUnopenable(log: Logger, told: readonly VersionRef[], count: number): void {
  for (const { organizationId, secretId, versionId } of told)
    log.error({ organizationId, secretId, versionId }, 'a version was not sealed anew: it does not open')
  const [first] = told
  if (first && count > told.length)
    log.error(
      { organizationId: first.organizationId, more: count - told.length },
      'further versions were not sealed anew: they do not open',
    )
}

/** Until the last row, or until the turn is over. */
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
 * Under a lock that no writer passes: none seals under an older version from here on. Where the old key may be known,
 * whatever is below does not count: a pass has found that it does not open, or somebody else has put it there since, for
 * none of ours writes below the version that seals.
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
