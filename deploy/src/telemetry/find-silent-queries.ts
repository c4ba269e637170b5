import { dashboardQueries, withVariables } from './dashboard-queries.js'
import type { Prometheus } from './prometheus.js'
import { NAMESPACE } from './rendered-rules.js'

/** Lines of the dashboard that are empty unless something goes wrong, or a quota is set. */
const EMPTY_AT_REST: readonly RegExp[] = [
  /pma_proxy_overload_refusals_total/,
  /pma_proxy_quota_draws_total/,
  /pma_access_set_aside_total/,
  /pma_(vault_)?head_refusals_total/,
  /pma_postgres_query_seconds_count\{[^}]*FAILED/,
  /pma_background_seconds_count\{[^}]*FAILED/,
]

/** Covers the whole run, so that an event that happens once counts. */
const RATE_INTERVAL = '5m'

export interface Silence {
  /** The number of queries in the dashboard. */
  readonly asked: number
  /** Queries that returned nothing and should have. */
  readonly silent: readonly string[]
}

/** @throws Error where Prometheus rejects a query. */
export async function findSilentQueries(prometheus: Prometheus, projectDir: string): Promise<Silence> {
  const queries = await dashboardQueries(projectDir)
  const silent: string[] = []
  for (const { panel, expression } of queries) {
    const samples = await prometheus.query(withVariables(expression, NAMESPACE, RATE_INTERVAL))
    const isEmpty = samples.every(({ value }) => Number.isNaN(value))
    if (isEmpty && !EMPTY_AT_REST.some((pattern) => pattern.test(expression)))
      silent.push(`the dashboard’s “${panel}” shows nothing: ${expression}`)
  }
  return { asked: queries.length, silent }
}
