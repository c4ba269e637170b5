/**
 * Values of a series in promtool's notation, one a minute: `0+5x60` grows by five, `_x9 1x60` begins after nine
 * minutes.
 */
export type Series = Readonly<Record<string, string>>

/** A state of the system as Prometheus sees it, and the alerts that must fire in it. No others may. */
export interface AlertState {
  readonly state: string
  /** Overrides series of `AT_REST`. */
  readonly series: Series
  readonly atMinute: number
  readonly firing: readonly string[]
}

type Labels = Readonly<Record<string, string>>

const LONG = 'x120'

const series = (metric: string, labels: Labels): string => {
  const all = Object.entries({ namespace: 'keys', ...labels }).map(([name, value]) => `${name}="${value}"`)
  return `${metric}{${all.join(',')}}`
}
const proxy = (metric: string, labels: Labels = {}, pod = 'proxy-1'): string =>
  series(metric, { job: 'proxy', pod, ...labels })
const management = (metric: string, labels: Labels = {}): string =>
  series(metric, { job: 'management', pod: 'management-1', ...labels })
const vault = (metric: string, labels: Labels = {}): string =>
  series(metric, { job: 'vault', pod: 'vault-1', ...labels })

const requests = (outcome: string, labels: Labels = {}): string =>
  proxy('pma_proxy_request_seconds_count', { route: 'service', outcome, ...labels })
const kms = (outcome: string): string => vault('pma_kms_call_seconds_count', { operation: 'unwrap', outcome })

/** All is well, with changes and requests all the time. */
export const AT_REST: Series = {
  [proxy('up')]: `1${LONG}`,
  [proxy('up', {}, 'proxy-2')]: `1${LONG}`,
  [management('up')]: `1${LONG}`,
  [vault('up')]: `1${LONG}`,
  [proxy('pma_proxy_horizon_seconds')]: `21${LONG}`,
  [proxy('pma_proxy_horizon_seconds', {}, 'proxy-2')]: `29${LONG}`,
  [management('pma_feed_head')]: `0+10${LONG}`,
  [proxy('pma_proxy_feed_applied')]: `0+10${LONG}`,
  // Scraped some time before the other proxy.
  [proxy('pma_proxy_feed_applied', {}, 'proxy-2')]: `0 0+10${LONG}`,
  [proxy('pma_proxy_overload_refusals_total')]: `0${LONG}`,
  [proxy('pma_proxy_connections_closed_total', { which: 'newcomer' })]: `0${LONG}`,
  [proxy('pma_proxy_backlog_entries')]: `4000${LONG}`,
  [proxy('pma_proxy_backlog_max')]: `100000${LONG}`,
  [proxy('pma_proxy_redis_usable')]: `1${LONG}`,
  [management('pma_redis_usable')]: `1${LONG}`,
  [requests('OK')]: `0+600${LONG}`,
  [requests('RATE_LIMITED')]: `0+600${LONG}`,
  [requests('UPSTREAM_TIMEOUT')]: `0+60${LONG}`,
  [requests('UNAVAILABLE')]: `0+1${LONG}`,
  [requests('INVALID_TOKEN', { route: 'attest' })]: `0+60${LONG}`,
  [proxy('pma_proxy_leaked_keys_total')]: `0${LONG}`,
  [management('pma_feed_proxies', { state: 'current' })]: `2${LONG}`,
  [management('pma_feed_proxies', { state: 'behind' })]: `0${LONG}`,
  [management('pma_change_wait_seconds_count', { by: 'applied' })]: `0+10${LONG}`,
  [management('pma_drain_lag_seconds')]: `1${LONG}`,
  [management('pma_drain_streams_away')]: `0${LONG}`,
  [management('pma_access_set_aside_total')]: `0${LONG}`,
  [management('pma_secrets_pending')]: `0${LONG}`,
  [management('pma_head_unsigned_seconds')]: `70${LONG}`,
  [vault('pma_vault_head_refusals_total')]: `0${LONG}`,
  [vault('pma_lease_audit_overdue_seconds')]: `600${LONG}`,
  [management('pma_signing_keys_held', { use: 'session' })]: `1${LONG}`,
  [management('pma_signing_keys_held', { use: 'grant' })]: `1${LONG}`,
  [kms('ok')]: `0+5${LONG}`,
  [vault('pma_postgres_query_seconds_count', { database: 'vault', operation: 'select', outcome: 'OK' })]: `0+90${LONG}`,
  [management('pma_postgres_pool_waiting', { database: 'management' })]: `0 3 0 0 2 0 0${LONG}`,
  [proxy('pma_log_lines_total', { level: 'warn' })]: `0+1${LONG}`,
}

const FAILED_STATEMENTS = vault('pma_postgres_query_seconds_count', {
  ...{ database: 'vault_keys', operation: 'select', outcome: 'FAILED' },
})

export const ALERT_STATES: readonly AlertState[] = [
  { state: 'at rest', series: {}, atMinute: 100, firing: [] },
  { state: 'a minute after the start of all', series: {}, atMinute: 1, firing: [] },
  {
    state: 'horizon passed, of one proxy',
    series: { [proxy('pma_proxy_horizon_seconds')]: `20x5 -10${LONG}` },
    ...{ atMinute: 10, firing: ['ProtectMyAPIHorizonPassed'] },
  },
  {
    state: 'horizon passed, of all',
    series: {
      [proxy('pma_proxy_horizon_seconds')]: `20x5 -10${LONG}`,
      [proxy('pma_proxy_horizon_seconds', {}, 'proxy-2')]: `20x5 -12${LONG}`,
    },
    ...{ atMinute: 10, firing: ['ProtectMyAPIEveryHorizonPassed', 'ProtectMyAPIHorizonPassed'] },
  },
  {
    state: 'a proxy that has just started',
    series: { [proxy('pma_proxy_horizon_seconds', {}, 'proxy-3')]: `_x9 -1000000000 28${LONG}` },
    ...{ atMinute: 9, firing: [] },
  },
  {
    state: 'feed lag',
    series: { [proxy('pma_proxy_feed_applied', {}, 'proxy-2')]: `0+10x4 50${LONG}` },
    ...{ atMinute: 15, firing: ['ProtectMyAPIFeedLag'] },
  },
  {
    state: 'overload',
    series: { [proxy('pma_proxy_overload_refusals_total')]: `0x5 0+30${LONG}` },
    ...{ atMinute: 15, firing: ['ProtectMyAPIOverload'] },
  },
  {
    state: 'too many connections',
    series: { [proxy('pma_proxy_connections_closed_total', { which: 'newcomer' })]: `0x5 0+30${LONG}` },
    ...{ atMinute: 15, firing: ['ProtectMyAPIConnectionsFull'] },
  },
  {
    state: 'backlog',
    series: { [proxy('pma_proxy_backlog_entries')]: `4000x5 30000${LONG}` },
    ...{ atMinute: 15, firing: ['ProtectMyAPIBacklog'] },
  },
  {
    state: 'a backlog that a pause of management has left',
    series: { [proxy('pma_proxy_backlog_entries')]: `4000x5 30000x3 4000${LONG}` },
    ...{ atMinute: 9, firing: [] },
  },
  {
    state: 'backlog, nearly full',
    series: { [proxy('pma_proxy_backlog_entries')]: `4000x5 80000${LONG}` },
    ...{ atMinute: 15, firing: ['ProtectMyAPIBacklog', 'ProtectMyAPIBacklogNearlyFull'] },
  },
  {
    state: 'Redis, away from a proxy',
    series: { [proxy('pma_proxy_redis_usable')]: `1x5 0${LONG}` },
    ...{ atMinute: 10, firing: ['ProtectMyAPIRedisAway'] },
  },
  {
    state: 'Redis, away from management',
    series: { [management('pma_redis_usable')]: `1x5 0${LONG}` },
    ...{ atMinute: 10, firing: ['ProtectMyAPIRedisAway'] },
  },
  {
    state: 'requests fail',
    series: { [requests('UNAVAILABLE')]: `0+1x10 10+60${LONG}` },
    ...{ atMinute: 20, firing: ['ProtectMyAPIRequestsFail'] },
  },
  {
    state: 'value altered, the first',
    series: { [requests('SECRET_DECRYPTION_FAILED')]: `_x10 1${LONG}` },
    ...{ atMinute: 12, firing: ['ProtectMyAPIValueDoesNotOpen'] },
  },
  {
    state: 'value altered, one more',
    series: { [requests('SECRET_DECRYPTION_FAILED')]: `1x70 2${LONG}` },
    ...{ atMinute: 75, firing: ['ProtectMyAPIValueDoesNotOpen'] },
  },
  {
    state: 'value altered, more than an hour ago',
    series: { [requests('SECRET_DECRYPTION_FAILED')]: `_x10 1${LONG}` },
    ...{ atMinute: 80, firing: [] },
  },
  {
    state: 'key leaked',
    series: { [proxy('pma_proxy_leaked_keys_total')]: `0x10 1${LONG}` },
    ...{ atMinute: 12, firing: ['ProtectMyAPIKeyLeaked'] },
  },
  {
    state: 'proxies waiting',
    series: { [management('pma_feed_proxies', { state: 'behind' })]: `0x5 1${LONG}` },
    ...{ atMinute: 10, firing: ['ProtectMyAPIProxyDoesNotApply'] },
  },
  {
    state: 'a horizon waited for, once: a proxy has crashed',
    series: { [management('pma_change_wait_seconds_count', { by: 'horizon' })]: `_x5 1${LONG}` },
    ...{ atMinute: 10, firing: [] },
  },
  {
    state: 'proxies waiting, again and again',
    series: { [management('pma_change_wait_seconds_count', { by: 'horizon' })]: `1x40 2x4 3x4 4${LONG}` },
    ...{ atMinute: 60, firing: ['ProtectMyAPIHorizonsWaitedFor'] },
  },
  {
    state: 'drain lag',
    series: { [management('pma_drain_lag_seconds')]: `1x5 60${LONG}` },
    ...{ atMinute: 10, firing: ['ProtectMyAPIDrainLag'] },
  },
  {
    state: 'drain lag, streams away',
    series: { [management('pma_drain_streams_away')]: `0x5 3${LONG}` },
    ...{ atMinute: 10, firing: ['ProtectMyAPIStreamsNotDrained'] },
  },
  {
    state: 'set aside',
    series: { [management('pma_access_set_aside_total')]: `0x10 1${LONG}` },
    ...{ atMinute: 12, firing: ['ProtectMyAPIEntriesSetAside'] },
  },
  {
    state: 'pending secrets',
    series: { [management('pma_secrets_pending')]: `0x5 1${LONG}` },
    ...{ atMinute: 10, firing: ['ProtectMyAPISecretsPending'] },
  },
  {
    state: 'head unsigned',
    series: { [management('pma_head_unsigned_seconds')]: `60 120 180 240 300 360 420 480 540 600 660${LONG}` },
    ...{ atMinute: 10, firing: ['ProtectMyAPIHeadUnsigned'] },
  },
  {
    state: 'chain altered',
    series: { [vault('pma_vault_head_refusals_total')]: `_x10 1${LONG}` },
    ...{ atMinute: 12, firing: ['ProtectMyAPIChainAltered'] },
  },
  {
    state: 'signing keys away',
    series: { [management('pma_signing_keys_held', { use: 'grant' })]: `1x5 0${LONG}` },
    ...{ atMinute: 10, firing: ['ProtectMyAPISigningKeyAway'] },
  },
  {
    state: 'KMS denied',
    series: { [kms('denied')]: `_x10 1${LONG}` },
    ...{ atMinute: 12, firing: ['ProtectMyAPIKmsRefuses'] },
  },
  {
    state: 'KMS away',
    series: { [kms('unreachable')]: `_x5 0+3${LONG}` },
    ...{ atMinute: 12, firing: ['ProtectMyAPIKmsAway'] },
  },
  {
    state: 'database of the vault',
    series: { [FAILED_STATEMENTS]: `_x5 0+12${LONG}` },
    ...{ atMinute: 12, firing: ['ProtectMyAPIVaultDatabaseFails'] },
  },
  {
    state: 'lease rows kept too long',
    series: { [vault('pma_lease_audit_overdue_seconds')]: `80000x5 90000${LONG}` },
    ...{ atMinute: 50, firing: ['ProtectMyAPILeaseAuditNotPruned'] },
  },
  {
    state: 'lease rows kept too long, for ten minutes: the retention was shortened',
    series: { [vault('pma_lease_audit_overdue_seconds')]: `0x5 5000000x10 0${LONG}` },
    ...{ atMinute: 40, firing: [] },
  },
  {
    state: 'service absent: its pods are gone',
    series: { [vault('up')]: '1x5' },
    ...{ atMinute: 20, firing: ['ProtectMyAPIServiceAbsent'] },
  },
  {
    state: 'service absent: it hangs',
    series: { [management('up')]: `1x5 0${LONG}` },
    ...{ atMinute: 20, firing: ['ProtectMyAPIProcessAway', 'ProtectMyAPIServiceAbsent'] },
  },
  {
    state: 'one of two proxies hangs',
    series: { [proxy('up', {}, 'proxy-2')]: `1x5 0${LONG}` },
    ...{ atMinute: 20, firing: ['ProtectMyAPIProcessAway'] },
  },
  {
    state: 'pool exhausted',
    series: { [management('pma_postgres_pool_waiting', { database: 'management' })]: `0x5 3${LONG}` },
    ...{ atMinute: 12, firing: ['ProtectMyAPIPoolExhausted'] },
  },
  {
    state: 'error logged',
    series: { [proxy('pma_log_lines_total', { level: 'error' })]: `_x10 1${LONG}` },
    ...{ atMinute: 12, firing: ['ProtectMyAPIErrorLogged'] },
  },
]
