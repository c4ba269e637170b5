import { type Seconds, secondsOf, type Tally, tallyOf } from '@protectmyapi/service-kit/telemetry/instruments'
import { NO_TELEMETRY, type Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { CrowdedOut } from '../fairness/connection-room.js'

/** What is counted and timed while the proxy works; docs/telemetry.md explains each. */
export interface ProxyMeasures {
  readonly request: Seconds<'route' | 'outcome'>
  readonly own: Seconds<never>
  readonly upstream: Seconds<'status'>
  readonly admissions: Tally<`${'redis' | 'directory'} ${'admitted' | 'limited' | 'failed'}`>
  readonly leases: Tally<'memory' | 'shared' | 'vault'>
  readonly quotaDraws: Tally<'OK' | 'FAILED'>
  readonly overloads: Tally<'refused'>
  readonly crowdedOut: Tally<CrowdedOut>
  readonly leakedKeys: Tally<'leaked'>
}

export function createProxyMeasures({ meter }: Pick<Telemetry, 'meter'>): ProxyMeasures {
  return {
    request: secondsOf(meter, 'pma_proxy_request_seconds', 'each request, from its head to the end of its answer', [
      'route',
      'outcome',
    ]),
    own: secondsOf(meter, 'pma_proxy_own_seconds', 'what the proxy took of a request that was sent on', []),
    upstream: secondsOf(meter, 'pma_proxy_upstream_seconds', 'from handing over to the head of the provider’s answer', [
      'status',
    ]),
    admissions: tallyOf(meter, 'pma_proxy_admissions_total', 'admissions, by who decided', {
      'redis admitted': { by: 'redis', outcome: 'admitted' },
      'redis limited': { by: 'redis', outcome: 'limited' },
      'redis failed': { by: 'redis', outcome: 'failed' },
      'directory admitted': { by: 'directory', outcome: 'admitted' },
      'directory limited': { by: 'directory', outcome: 'limited' },
      'directory failed': { by: 'directory', outcome: 'failed' },
    }),
    leases: tallyOf(meter, 'pma_proxy_leases_total', 'leases, by where they came from', {
      memory: { source: 'memory' },
      shared: { source: 'shared' },
      vault: { source: 'vault' },
    }),
    quotaDraws: tallyOf(meter, 'pma_proxy_quota_draws_total', 'blocks of quotas asked for', {
      OK: { outcome: 'OK' },
      FAILED: { outcome: 'FAILED' },
    }),
    overloads: tallyOf(meter, 'pma_proxy_overload_refusals_total', 'refused while overloaded', { refused: {} }),
    crowdedOut: tallyOf(meter, 'pma_proxy_connections_closed_total', 'closed since there were too many', {
      newcomer: { which: 'newcomer' },
      largest: { which: 'largest' },
    }),
    leakedKeys: tallyOf(meter, 'pma_proxy_leaked_keys_total', 'answers that held the injected value', { leaked: {} }),
  }
}

export const NO_MEASURES: ProxyMeasures = createProxyMeasures(NO_TELEMETRY)
