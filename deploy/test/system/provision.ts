import type { TestSystem } from './start-test-system.js'

type Placement = { kind: 'header' | 'query'; name: string }

export interface ProvisionOptions {
  /** Slug of the service. The names of secret and app are derived from it. */
  readonly slug: string
  readonly origin: string
  readonly value: string
  readonly placement?: Placement
  readonly auth?: (secret: string) => Record<string, unknown>
  readonly policy?: 'enforce' | 'audit' | 'off'
  readonly service?: Record<string, unknown>
}

export interface Provisioned {
  readonly secretId: string
  readonly secretName: string
  readonly serviceId: string
  readonly appId: string
  /** The app's publishable token. */
  readonly token: string
}

/** Makes a secret bound to a stand-in, a service that injects it, an app, and the link. */
export async function provision(system: TestSystem, options: ProvisionOptions): Promise<Provisioned> {
  const { owner, org } = system
  const { slug, origin, value, placement = { kind: 'header', name: 'authorization' }, policy = 'audit' } = options
  const secretName = `${slug.toUpperCase().replaceAll('-', '_')}_KEY`
  const secret = await owner.post<{ id: string }>(`${org}/secrets`, {
    name: secretName,
    value,
    bindings: { origins: [origin], placements: [placement] },
  })
  const auth = options.auth?.(secretName) ?? { type: 'bearer', secret: secretName }
  const service = await owner.post<{ id: string }>(`${org}/services`, {
    name: slug,
    slug,
    baseUrl: origin,
    auth,
    ...options.service,
  })
  const app = await owner.post<{ id: string; token: string }>(`${org}/apps`, {
    name: slug,
    slug: `${slug}-app`,
    platform: 'ios',
    policy,
  })
  await owner.put(`${org}/apps/${app.id}/links/${service.id}`)
  return { secretId: secret.id, secretName, serviceId: service.id, appId: app.id, token: app.token }
}
