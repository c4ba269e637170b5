import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { ALERT_STATES, AT_REST } from './alert-states.js'
import type { RenderedRules } from './rendered-rules.js'

/**
 * promtool reads every rule and every template of an annotation, and then plays each state. The alerts named for a
 * state must fire, and no others.
 *
 * @throws Error with promtool's output.
 */
export async function checkAlerts(promtool: string, folder: string, rules: RenderedRules): Promise<void> {
  await writeFile(path.join(folder, 'rules.json'), JSON.stringify(rules))
  const tests = ALERT_STATES.map(({ state, series, atMinute, firing }) => ({
    name: state,
    interval: '1m',
    input_series: Object.entries({ ...AT_REST, ...series }).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: 'group by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: `${atMinute}m`,
        exp_samples: firing.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
      },
    ],
  }))
  const file = path.join(folder, 'alert-states.json')
  await writeFile(file, JSON.stringify({ rule_files: ['rules.json'], evaluation_interval: '30s', tests }))
  await runCommand(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', path.join(folder, 'rules.json')])
  await runCommand(promtool, ['test', 'rules', file], { cwd: folder })
}
