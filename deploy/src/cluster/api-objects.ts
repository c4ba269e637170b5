import { z } from 'zod'
import type { ControlPlane } from './control-plane.js'

const Named = z.looseObject({ name: z.string() })
const Item = z.object({ key: z.string(), path: z.string() })
const Volume = Named.extend({
  secret: z.looseObject({ secretName: z.string(), items: z.array(Item).optional() }).optional(),
  configMap: Named.optional(),
  projected: z.looseObject({}).optional(),
  emptyDir: z.looseObject({}).optional(),
  persistentVolumeClaim: z.looseObject({}).optional(),
})
const Probe = z.looseObject({
  httpGet: z.looseObject({ path: z.string(), port: z.union([z.string(), z.number()]) }).optional(),
})
const Container = Named.extend({
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string().default('') })).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  volumeMounts: z.array(Named.extend({ mountPath: z.string() })).default([]),
  startupProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
  livenessProbe: Probe.optional(),
})
const PodSpec = z.looseObject({
  serviceAccountName: z.string(),
  terminationGracePeriodSeconds: z.number(),
  initContainers: z.array(Container).default([]),
  containers: z.array(Container),
  volumes: z.array(Volume).default([]),
})
const Metadata = z.looseObject({
  name: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
})

/** A pod as the API server returns it, with what the server adds, such as the mount of a token. */
export const Pod = z.looseObject({ metadata: Metadata, spec: PodSpec, status: z.looseObject({ phase: z.string() }) })
export type Pod = z.output<typeof Pod>
export type PodContainer = z.output<typeof Container>
export type PodVolume = z.output<typeof Volume>

export const Service = z.looseObject({
  metadata: Metadata,
  spec: z.looseObject({
    ports: z.array(z.looseObject({ port: z.number(), targetPort: z.union([z.string(), z.number()]) })),
  }),
})

export const Deployment = z.looseObject({
  metadata: Metadata,
  spec: z.looseObject({ replicas: z.number() }),
  status: z.looseObject({ availableReplicas: z.number().default(0) }),
})

export const Job = z.looseObject({ metadata: Metadata, status: z.looseObject({ succeeded: z.number().default(0) }) })

const ConfigMap = z.looseObject({ data: z.record(z.string(), z.string()).default({}) })
const Secret = z.looseObject({ data: z.record(z.string(), z.base64()).default({}) })

/** Lists a kind in a namespace. */
export async function list<Schema extends z.ZodType>(
  { kubectl }: Pick<ControlPlane, 'kubectl'>,
  namespace: string,
  kind: string,
  schema: Schema,
): Promise<readonly z.output<Schema>[]> {
  const text = await kubectl('get', kind, '-n', namespace, '-o', 'json')
  return z.object({ items: z.array(schema) }).parse(JSON.parse(text)).items
}

/** The keys of a Secret. */
export async function secretData(
  { kubectl }: Pick<ControlPlane, 'kubectl'>,
  namespace: string,
  name: string,
): Promise<ReadonlyMap<string, string>> {
  const { data } = Secret.parse(JSON.parse(await kubectl('get', 'secret', name, '-n', namespace, '-o', 'json')))
  return new Map(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')]))
}

/** The keys of a ConfigMap. */
export async function configMapData(
  { kubectl }: Pick<ControlPlane, 'kubectl'>,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  return ConfigMap.parse(JSON.parse(await kubectl('get', 'configmap', name, '-n', namespace, '-o', 'json'))).data
}

/** A pod of a component; any of them where there are several. @throws Error where there is none. */
export function podOf(pods: readonly Pod[], component: string): Pod {
  const found = pods.find(({ metadata }) => metadata.labels['app.kubernetes.io/component'] === component)
  if (found === undefined) throw new Error(`there is no pod of ${component}`)
  return found
}
