import type { PrivateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CallOrg } from '../access/principal.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Change, CommitChange } from '../feed/commit-change.js'
import type { WaitUntilSeen } from '../feed/wait-until-seen.js'
import type { Precondition } from '../http/precondition.js'
import type { Claim } from '../http/route.js'
import { normalizeBaseUrl } from './base-url.js'
import { draftService } from './draft-service.js'
import { showService } from './present-service.js'
import { resolveNamedSecrets } from './resolve-named-secrets.js'
import { findService, type ServiceRow, toService } from './service-row.js'
import type { NewService, ServicePatch } from './service-schemas.js'
import { nameSecrets, updateServiceRow } from './service-store.js'
import { insertService, wholeService } from './whole-service.js'

export interface ServiceDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
  readonly waitUntilSeen: Pick<WaitUntilSeen, 'everything'>
  readonly privateUpstreams: PrivateUpstreams
}

/** @throws Fault INVALID_REQUEST, CONFLICT, DESTINATION_NOT_ALLOWED. */
export async function createService(
  { commitChange, privateUpstreams }: ServiceDeps,
  actor: Actor,
  org: CallOrg,
  { given, claim }: { given: NewService; claim: Claim },
): Promise<ServiceRow> {
  const whole = wholeService(privateUpstreams, given)
  const id = newId('service')
  const { result } = await commitChange(actor, async (trx) => {
    await claim(trx, id)
    return insertService(trx, org.id, { id, slug: given.slug }, whole)
  })
  return result
}

/** Fields of a patch that change no route. */
const ONLY_SHOWN = new Set(['name'])

/**
 * Changes a service, wholly or not at all. Its destination and injection are checked together, as after the change.
 *
 * @throws Fault ENDPOINT_NOT_FOUND, PRECONDITION_FAILED, INVALID_REQUEST, CONFLICT, DESTINATION_NOT_ALLOWED.
 */
export async function updateService(
  deps: ServiceDeps,
  actor: Actor,
  org: CallOrg,
  { service, patch, precondition }: { service: string; patch: ServicePatch; precondition: Precondition },
): Promise<ServiceRow> {
  const { result } = await deps.commitChange(actor, async (trx): Promise<Change<ServiceRow>> => {
    const before = await findService(trx, org.id, service, 'lock')
    if (!before) throw serviceNotFound()
    await precondition(() => showService(trx, before))
    const routing = await routingChanges(trx, deps, before, patch)
    const felt = Object.keys(patch).some((field) => !ONLY_SHOWN.has(field))
    // Raised even if the patch changes nothing: the answer says "in force" and must have waited for it (RETRYWAITS).
    const record = await updateServiceRow(trx, org.id, before.id, {
      ...columnsOf(patch),
      ...routing,
      ...(felt ? { generation: trx.raw('generation + 1') } : {}),
      external_version: null,
      updated_at: trx.raw('now()'),
    })
    const after = toService(record)
    return {
      result: after,
      feed: felt ? [{ kind: 'service', id: after.id, generation: after.generation }] : [],
      audit: [
        {
          organizationId: org.id,
          event: 'service.updated',
          targetId: after.id,
          details: { slug: after.slug, fields: Object.keys(patch) },
        },
      ],
    }
  })
  return result
}

/** @throws Fault ENDPOINT_NOT_FOUND, PRECONDITION_FAILED. */
export async function deleteService(
  { commitChange }: ServiceDeps,
  actor: Actor,
  org: CallOrg,
  { service, precondition }: { service: string; precondition: Precondition },
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const before = await findService(trx, org.id, service, 'lock')
    if (!before) throw serviceNotFound()
    await precondition(() => showService(trx, before))
    const { id, generation } = await updateServiceRow(trx, org.id, before.id, {
      deleted_at: trx.raw('now()'),
      generation: trx.raw('generation + 1'),
    })
    await trx('service_secrets').where({ organization_id: org.id, service_id: id }).delete()
    await trx('links').where({ organization_id: org.id, service_id: id }).delete()
    return {
      result: undefined,
      feed: [{ kind: 'service', id, generation: Number(generation) }],
      audit: [{ organizationId: org.id, event: 'service.deleted', targetId: id, details: { slug: before.slug } }],
    }
  })
}

export const serviceNotFound = (): Fault =>
  new Fault('ENDPOINT_NOT_FOUND', 'no such service', {
    say: 'No such API service in this organization. Check the id or slug.',
  })

async function routingChanges(
  trx: Knex.Transaction,
  { privateUpstreams }: ServiceDeps,
  before: ServiceRow,
  patch: ServicePatch,
) {
  if (patch.baseUrl === undefined && patch.auth === undefined && patch.extraHeaders === undefined) return {}
  const baseUrl = patch.baseUrl === undefined ? before.baseUrl : normalizeBaseUrl(patch.baseUrl, privateUpstreams)
  const resolved = await resolveNamedSecrets(trx, before.organizationId, draftService(patch, before), baseUrl)
  await nameSecrets(trx, before.organizationId, before.id, resolved.secretIds)
  return {
    base_url: baseUrl,
    auth: JSON.stringify(resolved.auth),
    extra_headers: JSON.stringify(resolved.extraHeaders),
  }
}

function columnsOf(patch: ServicePatch): Record<string, unknown> {
  const columns = {
    name: patch.name,
    slug: patch.slug,
    methods: patch.methods,
    paths: patch.paths,
    limits: patch.limits && JSON.stringify(patch.limits),
    timeout_ms: patch.timeoutMs,
    body_bytes_max: patch.bodyBytesMax,
    scrub: patch.scrub,
    forward_trace_context: patch.forwardTraceContext,
    enabled: patch.enabled,
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}
