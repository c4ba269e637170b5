import { type Seconds, secondsOf, type Tally, tallyOf } from '@protectmyapi/service-kit/telemetry/instruments'
import { NO_TELEMETRY, type Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'

/** What the vault counts and times; docs/telemetry.md explains each measure. */
export interface VaultMeasures {
  readonly kmsCall: Seconds<'operation' | 'outcome'>
  readonly leases: Tally<'proxy' | 'management' | 'internal-service'>
  readonly headRefusals: Tally<'refused'>
}

export function createVaultMeasures({ meter }: Pick<Telemetry, 'meter'>): VaultMeasures {
  return {
    kmsCall: secondsOf(meter, 'pma_kms_call_seconds', 'each call of the KMS', ['operation', 'outcome']),
    leases: tallyOf(meter, 'pma_leases_granted_total', 'secrets leased', {
      proxy: { to: 'proxy' },
      management: { to: 'management' },
      'internal-service': { to: 'internal-service' },
    }),
    headRefusals: tallyOf(meter, 'pma_vault_head_refusals_total', 'heads not signed: their chain was altered', {
      refused: {},
    }),
  }
}

export const NO_MEASURES: VaultMeasures = createVaultMeasures(NO_TELEMETRY)
