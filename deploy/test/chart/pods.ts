import { z } from 'zod'
import type { KubeObject, Rendered } from './helm.js'

const Env = z.array(z.object({ name: z.string(), value: z.string() })).default([])
const Container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: Env,
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
})
const PodSpec = z.looseObject({
  serviceAccountName: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  terminationGracePeriodSeconds: z.number().default(30),
  initContainers: z.array(Container).default([]),
  containers: z.array(Container),
  volumes: z.array(z.looseObject({ name: z.string() })).default([]),
})
const Metadata = z.looseObject({ labels: z.record(z.string(), z.string()) })
const Template = z.object({ metadata: Metadata, spec: PodSpec })

export type Container = z.output<typeof Container>

/** A pod as an object of the chart would start it. */
export interface Pod {
  /** `Deployment pma-protectmyapi-vault` */
  readonly of: string
  readonly component: string
  readonly labels: Readonly<Record<string, string>>
  readonly spec: z.output<typeof PodSpec>
  /** As in the object, for tests that judge it as a whole. */
  readonly raw: { readonly metadata: object; readonly spec: object }
}

/** Every pod that a render would start. */
export function podsOf({ objects }: Pick<Rendered, 'objects'>): readonly Pod[] {
  return objects.flatMap((object) => {
    const template = templateOf(object)
    if (template === undefined) return []
    const { metadata, spec } = Template.parse(template)
    const component = metadata.labels['app.kubernetes.io/component'] ?? ''
    const of = `${object.kind} ${object.metadata.name}`
    return [{ of, component, labels: metadata.labels, spec, raw: Template.loose().parse(template) }]
  })
}

/** The one pod of a component. @throws Error where there is none. */
export function podOf(rendered: Pick<Rendered, 'objects'>, component: string): Pod {
  const found = podsOf(rendered).find((pod) => pod.component === component)
  if (found === undefined) throw new Error(`there is no pod of ${component}`)
  return found
}

export function environmentOf({ env }: Pick<Container, 'env'>): Readonly<Record<string, string>> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]))
}

const WithTemplate = z.looseObject({ template: z.unknown() })
const WithJobTemplate = z.looseObject({ jobTemplate: z.looseObject({ spec: WithTemplate }) })

function templateOf(object: KubeObject): unknown {
  switch (object.kind) {
    case 'Pod':
      return object
    case 'Deployment':
    case 'StatefulSet':
    case 'Job':
      return WithTemplate.parse(object.spec).template
    case 'CronJob':
      return WithJobTemplate.parse(object.spec).jobTemplate.spec.template
    default:
      return undefined
  }
}
