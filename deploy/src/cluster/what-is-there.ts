import { z } from 'zod'
import type { ControlPlane } from './control-plane.js'

/** Objects that Kubernetes itself makes in every namespace, and mere records. */
const PASSING = /^(configmap\/kube-root-ca\.crt|serviceaccount\/default|event|endpoints|endpointslice|lease)/

/** Everything in a namespace, of every kind that the API server knows, as `kind/name`. */
export async function whatIsThere(plane: ControlPlane, namespace: string): Promise<readonly string[]> {
  const kinds = await plane.kubectl('api-resources', '--namespaced', '--verbs=list', '-o', 'name')
  const List = z.object({ items: z.array(z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) })) })
  const text = await plane.kubectl(
    'get',
    kinds.trim().split('\n').join(','),
    '-n',
    namespace,
    '-o',
    'json',
    '--ignore-not-found',
  )
  if (text.trim() === '') return []
  return List.parse(JSON.parse(text))
    .items.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`)
    .filter((name) => !PASSING.test(name))
    .toSorted()
}
