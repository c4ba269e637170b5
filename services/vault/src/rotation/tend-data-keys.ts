import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { DataKeys } from '../keys/data-keys.js'
import { eraseOldKeys } from './erase-old-keys.js'
import { type ReencryptDeps, reencryptSecrets } from './reencrypt-secrets.js'
import { type RewrapDeps, rewrapDataKeys } from './rewrap-data-keys.js'
import { rotateDataKey } from './rotate-data-key.js'
import { rotationStore } from './rotation-store.js'

export interface TendDeps extends Omit<ReencryptDeps, 'keys'> {
  readonly vaultKeysDb: Knex
  readonly keys: Pick<DataKeys, 'rotate' | 'plaintext'>
  readonly kms: RewrapDeps['keys']
  /** A data key that has sealed for so long is replaced. */
  readonly keyDaysMax: number
  readonly log: Logger
}

const LIMITS = {
  /** Of one round, of each step: another replica's round takes others, and the next one goes on. */
  organizations: 20,
  /** After that long a round ends where it is: the vault may be ending. */
  roundMs: 5_000,
  /** Where nothing could be done but to name what does not open. */
  restMs: 5 * 60_000,
  restingMax: 10_000,
} as const

/**
 * What time, commands and crashes ask of the data keys, in one round; safe to repeat, and for several replicas at once.
 * The first step that fails ends it for now.
 *
 * The function throws Fault UNAVAILABLE while the KMS is away, and what Postgres throws.
 */
export const tendDataKeys = (deps: TendDeps): (() => Promise<void>) => {
  const { vaultDb, vaultKeysDb, kms, keyDaysMax, clock } = deps
  const store = rotationStore(vaultDb)
  const rotate = rotateDataKey(deps)
  const reencrypt = reencryptSecrets(deps)
  const rewrap = rewrapDataKeys({ ...deps, keys: kms })
  const erase = eraseOldKeys({ vaultDb, vaultKeysDb })
  const restsUntilMs = new Map<string, number>()

  /** False where there was nothing to be done. */
  async function sealAnew(organizationId: string): Promise<boolean> {
    if (clock.monotonicMs() < (restsUntilMs.get(organizationId) ?? -Infinity)) return false
    restsUntilMs.delete(organizationId)
    const { version, floor, resealed, unopenable } = await reencrypt({ organizationId, known: false })
    const done = resealed > 0 || floor === version
    if (!done && unopenable.length > 0) {
      if (restsUntilMs.size >= LIMITS.restingMax) restsUntilMs.clear()
      restsUntilMs.set(organizationId, clock.monotonicMs() + LIMITS.restMs)
    }
    return done
  }

  async function sealAllAnew(untilMs: number): Promise<void> {
    let goesOn = true
    while (goesOn) {
      goesOn = false
      for (const organizationId of await store.behind(LIMITS.organizations)) {
        if (await sealAnew(organizationId)) goesOn = true
        if (clock.monotonicMs() >= untilMs) return
      }
    }
  }

  return async () => {
    const untilMs = clock.monotonicMs() + LIMITS.roundMs
    await erase(LIMITS.organizations)
    await sealAllAnew(untilMs)
    await rewrap()
    for (const { organizationId, keyVersion } of await store.aged(keyDaysMax, LIMITS.organizations)) {
      await rotate({ organizationId, seen: keyVersion })
      if (clock.monotonicMs() >= untilMs) return
    }
  }
}
