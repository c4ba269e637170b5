import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { parse } from 'yaml'
import { z } from 'zod'

const Rule = z.looseObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().default('0s'),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
})
const Rules = z.object({ groups: z.array(z.looseObject({ name: z.string(), rules: z.array(Rule) })) })
const PrometheusRule = z.object({ spec: Rules })

/** The rules as the chart renders them, which is the only source of the alerts. */
export type RenderedRules = z.output<typeof Rules>

/** The namespace that the rules select, and that the rig's targets are labelled with. */
export const NAMESPACE = 'keys'

/** @throws Error with helm's output. */
export async function renderRules(helm: string, projectDir: string): Promise<RenderedRules> {
  const chart = path.join(projectDir, 'charts', 'protectmyapi')
  const rendered = await runCommand(helm, [
    ...['template', 'pma', chart, '--namespace', NAMESPACE, '--kube-version', '1.34.1'],
    ...['-f', path.join(chart, 'examples', 'plain.yaml'), '--show-only', 'templates/monitoring/alerts.yaml'],
  ])
  return PrometheusRule.parse(parse(rendered)).spec
}

/** Removes the waiting times, so that every alert fires as soon as its state is reached. */
export function withoutWaits({ groups }: RenderedRules): RenderedRules {
  return { groups: groups.map((group) => ({ ...group, rules: group.rules.map((rule) => ({ ...rule, for: '0s' })) })) }
}

export function alertNames({ groups }: RenderedRules): readonly string[] {
  return groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))
}
