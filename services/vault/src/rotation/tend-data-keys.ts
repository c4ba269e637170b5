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
  /** A data key is replaced once it has sealed for this long. */
  readonly keyDaysMax: number
  readonly log: Logger
}

const LIMITS = {
  /** Organizations per step of a round: another replica's round takes others, and the next round continues. */
  organizations: 20,
  /** A round stops after this long, because the vault may be shutting down. */
  roundMs: 5_000,
  /** How long an organization or order rests if all that is left does not open or unwrap, or if its work is refused. */
  restMs: 5 * 60_000,
  restingMax: 10_000,
} as const

/**
 * One round of the work on data keys that is due by age, by command or after a crash. Safe to repeat, and for several
 * replicas at once. The first step that fails ends the round; an organization whose work is refused ends nothing, and
 * rests.
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
  /** Organizations of which nothing that is left opens. */
  const unsealable = rests(clock, resting)
  const unrotatable = rests(clock, resting)
  let rewrapRestsUntilMs = -Infinity

  /** Work on one organization: undefined if it was shredded, or if the work is refused, and then it rests. */
  function pass<Result>(organizationId: string, at: Rests, work: Promise<Result>): Promise<Result | undefined> {
    return passRefused(unlessShredded(work), (err) => {
      at.add(organizationId)
      log.error({ err, organizationId }, 'work on a data key was refused and skipped: check its row in data_keys')
    })
  }

  /** False if there was nothing to do. */
  async function sealAnew(organizationId: string): Promise<boolean> {
    const turn = await pass(organizationId, unsealable, reencrypt({ organizationId, known: false }))
    // The organization rests, or no longer exists: the next ones are processed.
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

  /** Continues until something was rotated, so that keys whose rotation is refused do not use up a round. */
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
