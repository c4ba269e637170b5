import type { PrivateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { badField } from '@protectmyapi/service-kit/http/validate'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Change } from '../feed/commit-change.js'
import { normalizeBaseUrl } from './base-url.js'
import { type Draft, draftService } from './draft-service.js'
import { presetDefaults } from './preset-defaults.js'
import { resolveNamedSecrets } from './resolve-named-secrets.js'
import { type ServiceRow, toService } from './service-row.js'
import { SERVICE_LIMITS, type ServiceInput } from './service-schemas.js'
import { insertServiceRow, nameSecrets, refuseTooManyServices } from './service-store.js'

/** A whole service as it was requested. Everything is checked except whether its secrets exist and are bound to it. */
export interface WholeService {
  readonly asked: ServiceInput
  readonly baseUrl: string
  readonly draft: Draft
  readonly externalVersion: string | null
}

/** A preset fills in fields that the request leaves out. @throws Fault INVALID_REQUEST, DESTINATION_NOT_ALLOWED. */
export function wholeService(
  privateUpstreams: PrivateUpstreams,
  { externalVersion, ...given }: ServiceInput & { externalVersion?: string | undefined },
): WholeService {
  const asked = { ...presetDefaults(given.preset), ...given }
  if (asked.baseUrl === undefined) throw badField('/baseUrl', 'Give a base URL, or a preset that has one.')
  return {
    asked,
    baseUrl: normalizeBaseUrl(asked.baseUrl, privateUpstreams),
    draft: draftService(asked),
    externalVersion: externalVersion ?? null,
  }
}

/** @throws Fault INVALID_REQUEST, CONFLICT, DESTINATION_NOT_ALLOWED. */
export async function insertService(
  trx: Knex.Transaction,
  organizationId: string,
  { id, slug }: { id: string; slug: string },
  whole: WholeService,
): Promise<Change<ServiceRow>> {
  await refuseTooManyServices(trx, organizationId)
  const { columns, secretIds } = await columnsOf(trx, organizationId, whole)
  const record = await insertServiceRow(trx, { id, organization_id: organizationId, slug, ...columns })
  await nameSecrets(trx, organizationId, id, secretIds)
  // No feed row, because no proxy holds anything of a new service.
  return {
    result: toService(record),
    feed: [],
    audit: [{ organizationId, event: 'service.created', targetId: id, details: { slug } }],
  }
}

/** Every column that a request can set, with defaults for absent fields, and the ids of the secrets that it names. */
export async function columnsOf(
  trx: Knex.Transaction,
  organizationId: string,
  { asked, baseUrl, draft, externalVersion }: WholeService,
): Promise<{ columns: Record<string, unknown>; secretIds: readonly string[] }> {
  const resolved = await resolveNamedSecrets(trx, organizationId, draft, baseUrl)
  const columns = {
    name: asked.name,
    preset: asked.preset ?? null,
    base_url: baseUrl,
    auth: JSON.stringify(resolved.auth),
    extra_headers: JSON.stringify(resolved.extraHeaders),
    methods: asked.methods ?? [],
    paths: asked.paths ?? [],
    limits: JSON.stringify(asked.limits ?? []),
    timeout_ms: asked.timeoutMs ?? SERVICE_LIMITS.timeoutMsDefault,
    body_bytes_max: asked.bodyBytesMax ?? SERVICE_LIMITS.bodyBytesMaxDefault,
    scrub: asked.scrub ?? true,
    forward_trace_context: asked.forwardTraceContext ?? false,
    enabled: asked.enabled ?? true,
    external_version: externalVersion,
  }
  return { columns, secretIds: resolved.secretIds }
}
