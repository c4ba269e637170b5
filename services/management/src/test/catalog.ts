import { newToken, tokenHash } from '@protectmyapi/service-kit/credentials/tokens'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/** The ids of rows: an organization with a secret, a service, an app and their link. */
export interface Catalog {
  readonly organizationId: string
  readonly secretId: string
  readonly versionId: string
  readonly serviceId: string
  readonly appId: string
  readonly appToken: string
  readonly linkId: string
  readonly debugToken: string
  readonly debugTokenId: string
}

const BINDINGS = {
  origins: ['https://api.example.com'],
  placements: [{ kind: 'header', name: 'authorization' }],
  services: [],
}

export async function insertCatalog(db: Knex, policy = 'audit'): Promise<Catalog> {
  const made: Catalog = {
    organizationId: newId('organization'),
    secretId: newId('secret'),
    versionId: newId('version'),
    serviceId: newId('service'),
    appId: newId('app'),
    appToken: newToken('app'),
    linkId: newId('link'),
    debugToken: newToken('debug'),
    debugTokenId: newId('debugToken'),
  }
  const organization_id = made.organizationId
  await db('organizations').insert({
    id: organization_id,
    slug: slugOf(organization_id),
    name: 'Test',
    state: 'active',
  })
  await db('secrets').insert({
    id: made.secretId,
    organization_id,
    name: 'A_KEY',
    state: 'active',
    generation: 3,
    version_id: made.versionId,
    mask: '****...****',
    bindings: JSON.stringify(BINDINGS),
    created_by: 'usr_test',
  })
  await db('services').insert({
    id: made.serviceId,
    organization_id,
    slug: 'example',
    name: 'Example',
    base_url: 'https://api.example.com/v1',
    auth: JSON.stringify({ type: 'bearer', secret: { secretId: made.secretId } }),
    extra_headers: JSON.stringify([{ name: 'x-version', value: [{ literal: '2' }] }]),
    methods: ['POST'],
    paths: ['/chat/**'],
    limits: JSON.stringify([{ scope: 'device', count: 60, periodSeconds: 60, burst: 20 }]),
    timeout_ms: 30_000,
  })
  await db('service_secrets').insert({ organization_id, service_id: made.serviceId, secret_id: made.secretId })
  await db('apps').insert({
    id: made.appId,
    organization_id,
    slug: 'phone',
    name: 'Phone',
    platform: 'ios',
    token: made.appToken,
    policy,
  })
  await db('links').insert({ id: made.linkId, organization_id, app_id: made.appId, service_id: made.serviceId })
  await db('debug_tokens').insert({
    id: made.debugTokenId,
    organization_id,
    app_id: made.appId,
    name: 'Laptop',
    token_hash: tokenHash(made.debugToken),
    created_by: 'usr_test',
    expires_at: new Date(Date.now() + 3_600_000),
  })
  return made
}

const slugOf = (id: string): string => id.toLowerCase().replace('_', '-')
