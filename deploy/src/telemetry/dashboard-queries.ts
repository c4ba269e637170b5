import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

const Dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) })),
})

/** The query of one line in a panel. */
export interface DashboardQuery {
  readonly panel: string
  /** Contains Grafana's variables. */
  readonly expression: string
}

/** Every query of deploy/grafana/protectmyapi.json, in its order. */
export async function dashboardQueries(projectDir: string): Promise<readonly DashboardQuery[]> {
  const file = path.join(projectDir, 'deploy', 'grafana', 'protectmyapi.json')
  const { panels } = Dashboard.parse(JSON.parse(await readFile(file, 'utf8')))
  return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ panel: title, expression: expr })))
}

/** Replaces the variables as Grafana does. */
export function withVariables(expression: string, namespace: string, rateInterval: string): string {
  return expression.replaceAll('$namespace', namespace).replaceAll('$__rate_interval', rateInterval)
}
