import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { helmTool } from '../chart/go-tools.js'
import { type RigConsole, runRig } from '../console/run-rig.js'
import { inheritedEnvironment } from '../system/launcher-config.js'
import { ALERT_STATES } from './alert-states.js'
import { checkAlerts } from './check-alerts.js'
import { alertNames, renderRules } from './rendered-rules.js'
import { runTelemetryTest } from './run-telemetry-test.js'
import { promtoolTool, telemetryTools } from './telemetry-tools.js'

const project = path.resolve(import.meta.dirname, '..', '..', '..')
const cacheDir = path.join(project, '.cache', 'telemetry')

/**
 * `make telemetry-test`: plays states of alerts to promtool, and then runs the real system with a real Prometheus and
 * collector.
 */
async function testTelemetry(console: RigConsole): Promise<boolean> {
  const { progress } = console
  const helm = await progress.step('helm, from its Go module', () => helmTool(path.join(project, '.cache', 'cluster')))
  const promtool = await progress.step('promtool, from its Go module', () => promtoolTool(cacheDir))
  const rules = await renderRules(helm, project)
  const folder = path.join(project, '.local', 'alerts')
  await mkdir(folder, { recursive: true })
  await progress.step(`${alertNames(rules).length} alerts in ${ALERT_STATES.length} states`, () =>
    checkAlerts(promtool, folder, rules),
  )
  if (process.env.ONLY === 'alerts') return true
  const label = 'Prometheus and an OpenTelemetry Collector from their Go modules (minutes, once)'
  const tools = await progress.step(label, () => telemetryTools(cacheDir))
  const inherited = inheritedEnvironment(process.env)
  return runTelemetryTest({ ...console, projectDir: project, inherited, tools, rules })
}

await runRig(testTelemetry)
