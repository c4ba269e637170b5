import { every } from '@protectmyapi/service-kit/every'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { VaultConfig } from './config.js'
import { tendHeadKey } from './heads/rotate-head-key.js'
import { signAnew } from './heads/sign-anew.js'
import { forgetShredded } from './keys/forget-shredded.js'
import { type LeaseAuditPruning, leaseAuditPruning } from './leases/prune-lease-audit.js'
import type { OpenVault } from './open-vault.js'
import { tendDataKeys } from './rotation/tend-data-keys.js'

const LIMITS = {
  /**
   * How long an unused data key may stay in memory past its own life, or past the shredding of its organization, before
   * it is zeroed.
   */
  sweepMs: 5_000,
  /** Time between two rounds of rotation, and so the longest that work interrupted by a crash waits. */
  rotationMs: 5_000,
  /** Time between two rounds of pruning old lease rows. */
  pruningMs: 60_000,
} as const

export interface Background {
  readonly leaseAudit: Pick<LeaseAuditPruning, 'overdueSeconds'>
  /** Stops all of it and waits for the rounds under way. */
  end(): Promise<void>
}

/** The work that a vault repeats on timers, independent of any call. */
export function startBackground(
  vault: OpenVault,
  config: Pick<VaultConfig, 'dataKeyDays' | 'headKeyDays' | 'leaseAuditDays'>,
  telemetry: Telemetry,
): Background {
  const { keys, log } = vault
  const leaseAudit = leaseAuditPruning({ ...vault, keptDays: config.leaseAuditDays })
  const sweeping = setInterval(() => keys.sweep(), LIMITS.sweepMs)
  sweeping.unref()
  const rounds: readonly (readonly [name: string, periodMs: number, round: () => Promise<unknown>])[] = [
    ['forgetting shredded organizations', LIMITS.sweepMs, forgetShredded(vault)],
    ['rotation of data keys', LIMITS.rotationMs, tendDataKeys({ ...vault, keyDaysMax: config.dataKeyDays })],
    ['rotation of the key that signs heads', LIMITS.rotationMs, tendHeadKey({ ...vault, daysMax: config.headKeyDays })],
    ['signing heads anew', LIMITS.rotationMs, signAnew(vault)],
    ['pruning of the lease audit', LIMITS.pruningMs, leaseAudit.round],
  ]
  const ends = rounds.map(([name, periodMs, round]) => every(periodMs, name, { log, telemetry }, round))
  return {
    leaseAudit,
    async end() {
      clearInterval(sweeping)
      await Promise.all(ends.map((end) => end()))
    },
  }
}
