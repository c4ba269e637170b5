import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { DataKeys } from '../keys/data-keys.js'
import { eraseOldKeys } from './erase-old-keys.js'
import { type ReencryptDeps, reencryptSecrets } from './reencrypt-secrets.js'
import { type RewrapDeps, rewrapDataKeys } from './rewrap-data-keys.js'
import { rotateDataKey } from './rotate-data-key.js'
import { rotationStore } from './rotation-store.js'
import { unlessShredded } from './unless-shredded.js'

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
  /** Where all that is left does not open, or does not unwrap. */
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
  /** Of organizations of which all that is left does not open. */
  const restsUntilMs = new Map<string, number>()
  let rewrapRestsUntilMs = -Infinity

  function resting(): readonly string[] {
    const nowMs = clock.monotonicMs()
    for (const [organizationId, untilMs] of restsUntilMs) if (untilMs <= nowMs) restsUntilMs.delete(organizationId)
    return [...restsUntilMs.keys()]
  }

  /** False where there was nothing to be done. */
  async function sealAnew(organizationId: string): Promise<boolean> {
    const turn = await unlessShredded(reencrypt({ organizationId, known: false }))
    if (!turn) return false
    const { version, floor, resealed, pass } = turn
    if (pass === 'stuck') {
      if (restsUntilMs.size >= LIMITS.restingMax) restsUntilMs.clear()
      restsUntilMs.set(organizationId, clock.monotonicMs() + LIMITS.restMs)
      return false
    }
    return pass === 'goes on' || resealed > 0 || floor === version
  }

  async function sealAllAnew(untilMs: number): Promise<void> {
    let goesOn = true
    while (goesOn) {
      goesOn = false
      for (const organizationId of await store.behind(LIMITS.organizations, resting())) {
        if (await sealAnew(organizationId)) goesOn = true
        if (clock.monotonicMs() >= untilMs) return
      }
    }
  }

  async function wrapAnew(): Promise<void> {
    if (clock.monotonicMs() < rewrapRestsUntilMs) return
    const { pass } = await rewrap()
    if (pass === 'stuck') rewrapRestsUntilMs = clock.monotonicMs() + LIMITS.restMs
  }

  return async () => {
    const untilMs = clock.monotonicMs() + LIMITS.roundMs
    await erase(LIMITS.organizations)
    await sealAllAnew(untilMs)
    await wrapAnew()
    for (const { organizationId, keyVersion } of await store.aged(keyDaysMax, LIMITS.organizations)) {
      await unlessShredded(rotate({ organizationId, seen: keyVersion }))
      if (clock.monotonicMs() >= untilMs) return
    }
  }
}
