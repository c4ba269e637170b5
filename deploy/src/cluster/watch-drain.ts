import { until } from '@protectmyapi/dev-kit/until'
import { z } from 'zod'
import { Deployment, list, Pod } from './api-objects.js'
import { check } from './check.js'
import type { ControlPlane } from './control-plane.js'

const Budget = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  status: z.looseObject({ disruptionsAllowed: z.number(), expectedPods: z.number() }),
})

const LIMITS = { backMs: 60_000 } as const

/**
 * Drains a machine and uncordons it. @throws Error where more pods of a Deployment were away than its budget allows.
 */
export async function watchDrain(plane: ControlPlane, namespace: string, machine: string): Promise<readonly string[]> {
  const budgets = await list(plane, namespace, 'poddisruptionbudgets', Budget)
  check(budgets.length === 3, `there are ${budgets.length} PodDisruptionBudgets, not 3`)
  for (const { metadata, status } of budgets)
    check(
      status.expectedPods >= 1 && status.disruptionsAllowed === 1,
      `${metadata.name} allows ${status.disruptionsAllowed}`,
    )
  const worst = new Map<string, number>()
  let isDraining = true
  const watching = (async () => {
    while (isDraining) {
      for (const { metadata, spec, status } of await list(plane, namespace, 'deployments', Deployment)) {
        const away = spec.replicas - status.availableReplicas
        worst.set(metadata.name, Math.max(worst.get(metadata.name) ?? 0, away))
      }
    }
  })()
  try {
    await plane.kubectl('drain', machine, '--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=120s')
  } finally {
    isDraining = false
    await watching
    await plane.kubectl('uncordon', machine)
  }
  await until(async () => ((await isWhole(plane, namespace)) ? true : undefined), LIMITS.backMs)
  for (const [name, away] of worst) check(away <= 1, `${name}: ${away} were away at once`)
  return [...worst].map(([name, away]) => `${name}: ${away} away at once, at most`)
}

/**
 * While no pod can start anywhere, one pod of the proxy may be evicted, and the eviction of the next must be refused.
 *
 * @throws Error where it is not.
 */
export async function checkBudget(plane: ControlPlane, namespace: string): Promise<void> {
  const pods = (await list(plane, namespace, 'pods', Pod)).filter(
    ({ metadata }) => metadata.labels['app.kubernetes.io/component'] === 'proxy',
  )
  const [first, second] = pods.map(({ metadata }) => metadata.name)
  if (first === undefined || second === undefined) throw new Error('there are no two pods of the proxy')
  await plane.kubectl('cordon', '-l', 'kubernetes.io/os=linux')
  try {
    await plane.evict(namespace, first)
    const refused = await plane.evict(namespace, second).then(
      () => '',
      (cause: unknown) => String(cause),
    )
    check(refused.includes('disruption budget'), `a second pod was evicted: ${refused}`)
  } finally {
    await plane.kubectl('uncordon', '-l', 'kubernetes.io/os=linux')
  }
  await until(async () => ((await isWhole(plane, namespace)) ? true : undefined), LIMITS.backMs)
}

/** Whether each Deployment has as many pods as it wants. */
export async function isWhole(plane: ControlPlane, namespace: string): Promise<boolean> {
  const deployments = await list(plane, namespace, 'deployments', Deployment)
  return deployments.every(({ spec, status }) => status.availableReplicas === spec.replicas)
}
