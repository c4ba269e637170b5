import { passRefused } from '@protectmyapi/service-kit/pass-refused'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { DataKeys } from '../keys/data-keys.js'
import { eraseOldKeys } from './erase-old-keys.js'
import { type ReencryptDeps, reencryptSecrets } from './reencrypt-secrets.js'
import { type Rests, rests } from './rests.js'
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
  /** Where all that is left does not open or does not unwrap, and where it is refused. */
  restMs: 5 * 60_000,
  restingMax: 10_000,
} as const

/**
 * What time, commands and crashes ask of the data keys, in one round; safe to repeat, and for several replicas at once.
 * The first step that fails ends it for now; an organization that is refused ends nothing, and rests.
 *
 * The function throws Fault UNAVAILABLE while the KMS is away, and what Postgres throws.
 */
export const tendDataKeys = (deps: TendDeps): (() => Promise<void>) => {
  const { vaultDb, vaultKeysDb, kms, keyDaysMax, clock, log } = deps
  const store = rotationStore(vaultDb)
  const rotate = rotateDataKey(deps)
  const reencrypt = reencryptSecrets(deps)
  const rewrap = rewrapDataKeys({ ...deps, keys: kms })
  const erase = eraseOldKeys({ vaultDb, vaultKeysDb })
  const resting = { restMs: LIMITS.restMs, max: LIMITS.restingMax }
  /** Organizations of which all that is left does not open. */
  const unsealable = rests(clock, resting)
  const unrotatable = rests(clock, resting)
  let rewrapRestsUntilMs = -Infinity

  /** Of one organization: undefined where it was shredded, or is refused, and then it rests. */
  function pass<Result>(organizationId: string, at: Rests, work: Promise<Result>): Promise<Result | undefined> {
    return passRefused(unlessShredded(work), (err) => {
      at.add(organizationId)
      log.error({ err, organizationId }, 'work on a data key was refused and passed: look at its row')
    })
  }

  /** False where there was nothing to be done. */
  async function sealAnew(organizationId: string): Promise<boolean> {
    const turn = await pass(organizationId, unsealable, reencrypt({ organizationId, known: false }))
    // It rests, or is there no more: the next ones are looked at.
    if (!turn) return true
    const { version, floor, resealed, pass: looked } = turn
    if (looked === 'stuck') {
      unsealable.add(organizationId)
      return false
    }
    return looked === 'goes on' || resealed > 0 || floor === version
  }

  async function sealAllAnew(untilMs: number): Promise<void> {
    let goesOn = true
    while (goesOn) {
      goesOn = false
      for (const organizationId of await store.behind(LIMITS.organizations, unsealable.names())) {
        if (await sealAnew(organizationId)) goesOn = true
        if (clock.monotonicMs() >= untilMs) return
      }
    }
  }

  /** Until something was rotated: those that are refused take nobody's place. */
  async function rotateByAge(untilMs: number): Promise<void> {
    let rotated = false
    while (!rotated) {
      const aged = await store.aged(keyDaysMax, LIMITS.organizations, unrotatable.names())
      if (aged.length === 0) return
      for (const { organizationId, keyVersion } of aged) {
        if (await pass(organizationId, unrotatable, rotate({ organizationId, seen: keyVersion }))) rotated = true
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
    await rotateByAge(untilMs)
  }
}
