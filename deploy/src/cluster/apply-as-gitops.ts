import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Deployment, list, secretData } from './api-objects.js'
import { check } from './check.js'
import type { ControlPlane } from './control-plane.js'
import type { Release } from './helm-release.js'

export interface GitOpsOptions {
  readonly plane: ControlPlane
  readonly release: Release
  readonly namespace: string
  readonly chart: string
  readonly folder: string
}

const SECRET = 'pma-protectmyapi-vault-tls'

/**
 * Runs `helm template | kubectl apply` twice. The second time must change nothing, in particular nothing that Jobs have
 * made.
 */
export async function applyAsGitOps({ plane, release, namespace, chart, folder }: GitOpsOptions): Promise<void> {
  const file = path.join(folder, `${namespace}.yaml`)
  await writeFile(file, await release.template(chart))
  await plane.kubectl('apply', '-n', namespace, '-f', file)
  for (const { metadata } of await list(plane, namespace, 'deployments', Deployment))
    await plane.kubectl('rollout', 'status', `deployment/${metadata.name}`, '-n', namespace, '--timeout=120s')
  const patch = JSON.stringify({ data: { 'tls.crt': Buffer.from('made by a Job').toString('base64') } })
  await plane.kubectl('patch', 'secret', SECRET, '-n', namespace, '--type=merge', '-p', patch)
  const before = await generations(plane, namespace)
  await plane.kubectl('apply', '-n', namespace, '-f', file)
  const changed = [...(await generations(plane, namespace))].filter(([name, one]) => before.get(name) !== one)
  check(before.size > 20, `only ${before.size} objects were looked at`)
  check(changed.length === 0, `applied again, these changed: ${changed.map(([name]) => name).join(', ')}`)
  const kept = (await secretData(plane, namespace, SECRET)).get('tls.crt')
  check(kept === 'made by a Job', 'what a Job has put into a Secret is gone')
  await plane.kubectl('delete', '-n', namespace, '-f', file, '--wait=true')
}

const Objects = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      metadata: z.object({ name: z.string(), uid: z.string(), generation: z.number().default(0) }),
    }),
  ),
})

/** The generation of each object, which grows with each change of its specification. Another uid is another object. */
async function generations(plane: ControlPlane, namespace: string): Promise<ReadonlyMap<string, string>> {
  const kinds =
    'deployments,statefulsets,jobs,cronjobs,services,networkpolicies,poddisruptionbudgets,serviceaccounts,secrets'
  const text = await plane.kubectl('get', kinds, '-n', namespace, '-o', 'json')
  return new Map(
    Objects.parse(JSON.parse(text)).items.map(({ kind, metadata }) => [
      `${kind} ${metadata.name}`,
      `${metadata.uid} ${metadata.generation}`,
    ]),
  )
}
