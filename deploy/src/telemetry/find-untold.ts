import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { until } from '@protectmyapi/dev-kit/until'
import { describedMetrics } from './described-metrics.js'
import { findMetricFaults } from './find-metric-faults.js'
import { findSilentQueries } from './find-silent-queries.js'
import { findTraceFaults } from './find-trace-faults.js'
import { NAMESPACE } from './rendered-rules.js'
import { tracesOf } from './spans.js'
import type { TelemetryRig } from './telemetry-rig.js'

/** How long telemetry may take to arrive. */
const LIMITS = { settleMs: 40_000, pauseMs: 2_000 } as const

/** Telemetry that did not arrive as it should: traces, metrics by both ways, lines of the dashboard. */
export async function findUntold(
  rig: TelemetryRig,
  coldRequestId: string,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const { collector, prometheus, projectDir } = rig
  const described = describedMetrics(await readFile(path.join(projectDir, 'docs', 'telemetry.md'), 'utf8'))
  const look = async (): Promise<readonly string[]> => {
    const { size } = await stat(collector.metricsFile)
    const dashboard = await findSilentQueries(prometheus, projectDir)
    return [
      ...findTraceFaults(await collector.spans(), coldRequestId),
      ...(size > 0 ? [] : ['no metrics came to the collector']),
      ...findMetricFaults(described, await prometheus.series(NAMESPACE)),
      ...dashboard.silent,
    ]
  }
  const found = await until(async () => {
    if ((await look()).length === 0) return []
    await new Promise((resolve) => setTimeout(resolve, LIMITS.pauseMs))
    return undefined
  }, LIMITS.settleMs).catch(look)
  const spans = await collector.spans()
  const { asked } = await findSilentQueries(prometheus, projectDir)
  say(`${spans.length} spans in ${tracesOf(spans).length} traces, ${described.size} metrics, ${asked} queries`)
  return found
}
