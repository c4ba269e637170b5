import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { headKeyStore } from './head-key-store.js'
import { type HeadKeys, newPrivateKey } from './head-keys.js'
import { type HeadSealerDeps, headSealer, type SealedWrite } from './head-sealer.js'
import { type VerifyingKey, writeRetired } from './retired-head-key.js'

export interface RotateHeadKeyDeps extends HeadSealerDeps {
  readonly headKeys: Pick<HeadKeys, 'current' | 'verifying'>
  readonly clock: Clock
  readonly log: Logger
}

export interface HeadKeyRotation {
  /**
   * Id of the key to be replaced, as the caller saw it sign; by default, the current one. If it is already replaced, no
   * key is made.
   */
  readonly seen?: string
  /**
   * Since when somebody else may have had the key that signed then. This is noted for every key that has signed since.
   */
  readonly knownSinceMs?: number
}

export interface HeadKeyRotated {
  /** The key that signs from now on: made here, or by another process that was first. */
  readonly id: string
  readonly made: boolean
  /** The keys for which this call noted that somebody else may have signed by them. */
  readonly known: readonly string[]
}

const LIMITS = {
  /** If replicas rotate at the same time, one wins. */
  attemptsMax: 3,
  /** Every key is opened whenever a chain is described. Rotation by age alone takes two centuries to reach this. */
  keysMax: 1_000,
} as const

/**
 * Replaces the key that signs heads, from the commit on. The old private half is erased; its public half is kept, so
 * that what it signed still verifies. Signing that is under way with the old key finishes first.
 *
 * The function throws Fault INVALID_REQUEST if the time lies ahead; CONFLICT at the bound; UNAVAILABLE, and then
 * nothing has changed.
 */
export const rotateHeadKey =
  (deps: RotateHeadKeyDeps) =>
  async ({ seen, knownSinceMs }: HeadKeyRotation = {}): Promise<HeadKeyRotated> => {
    const { headKeys, clock, log } = deps
    if (knownSinceMs !== undefined && !(knownSinceMs <= clock.wallMs()))
      throw new Fault('INVALID_REQUEST', 'known since a time that lies ahead', { say: 'Give a time that has passed.' })
    for (let attempt = 0; attempt < LIMITS.attemptsMax; attempt += 1) {
      const { id: signing } = await headKeys.current()
      if (seen !== undefined && signing !== seen) return { id: signing, made: false, known: [] }
      const keys = await headKeys.verifying()
      // The key was replaced between the two reads: it is not the one that was seen.
      if (keys[0]?.id !== signing) continue
      if (keys.length >= LIMITS.keysMax)
        throw new Fault('CONFLICT', `${keys.length} keys have signed heads`, {
          say: 'Too many head keys have signed heads; no more can be added.',
        })
      const done = await exchange(deps, keys, knownSinceMs)
      if (!done) continue
      log.info({ event: 'head-key.rotated', ...done, retired: signing }, 'a new key signs heads from now on')
      return { ...done, made: true }
    }
    throw new Fault('UNAVAILABLE', 'another replica is replacing the key that signs heads')
  }

/** One round of replacing the key by age. The function throws the same. */
export const tendHeadKey = (deps: RotateHeadKeyDeps & { readonly daysMax: number }): (() => Promise<void>) => {
  const rotate = rotateHeadKey(deps)
  return async () => {
    const seen = await headKeyStore(deps.vaultDb).aged(deps.daysMax)
    if (seen !== undefined) await rotate({ seen })
  }
}

/** Undefined if another replica was first. */
async function exchange(
  deps: RotateHeadKeyDeps,
  [signing, ...retired]: readonly VerifyingKey[],
  knownSinceMs: number | undefined,
): Promise<Pick<HeadKeyRotated, 'id' | 'known'> | undefined> {
  if (!signing) return undefined
  const id = newId('key')
  const privateKey = newPrivateKey()
  try {
    return await headSealer(deps).write(async (write) => {
      const store = headKeyStore(write.trx)
      if (!(await store.lock(signing.id))) return undefined
      // Taken under the lock: the old key signs nothing later than this.
      const untilMs = deps.clock.wallMs()
      await retire(write, { ...signing, untilMs, knownSinceMs })
      const known = knownSinceMs === undefined ? [] : await noteKnown(write, retired, knownSinceMs)
      await store.insert({ id, sealed: write.seal({ id, state: 'signs' }, privateKey) }, write.ref)
      return { id, known: knownSinceMs === undefined ? [] : [signing.id, ...known] }
    })
  } finally {
    privateKey.fill(0)
  }
}

/** Notes the leak for retired keys that signed at that time or later, unless an earlier time is noted already. */
async function noteKnown(
  write: SealedWrite,
  retired: readonly VerifyingKey[],
  knownSinceMs: number,
): Promise<readonly string[]> {
  const noted: string[] = []
  for (const key of retired) {
    const { id, untilMs = Number.POSITIVE_INFINITY, knownSinceMs: before = Number.POSITIVE_INFINITY } = key
    if (untilMs < knownSinceMs || before <= knownSinceMs) continue
    await retire(write, { ...key, untilMs, knownSinceMs })
    noted.push(id)
  }
  return noted
}

async function retire({ trx, ref, seal }: SealedWrite, key: VerifyingKey & { readonly untilMs: number }) {
  await headKeyStore(trx).retire({ id: key.id, sealed: seal({ id: key.id, state: 'retired' }, writeRetired(key)) }, ref)
}
