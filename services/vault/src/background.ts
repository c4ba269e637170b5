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
  /** How late past its life an unused data key may be zeroed, or past its organization's. */
  sweepMs: 5_000,
  /** Between two rounds of rotation: how late it may go on after a crash. */
  rotationMs: 5_000,
  /** Between two rounds of the retention of lease rows. */
  pruningMs: 60_000,
} as const

export interface Background {
  readonly leaseAudit: Pick<LeaseAuditPruning, 'overdueSeconds'>
  /** Ends all of it, and waits for the rounds under way. */
  end(): Promise<void>
}

/** What a vault does again and again, whoever asks. */
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
